/* sessiond.conf(5). */
#include "cli/manual.h"

#include "config/config_table.h"
#include "core/text.h"

#include <stdlib.h>

static const char description[] =
    "A file of lines key=value. Blanks around the key and the value are dropped. An empty line says nothing, nor does "
    "one that begins "
    "with # or with !. What follows the = is the value, without quotes. A line include=FILE stands for the lines of "
    "that file.\n\n"
    "Later wins: the file, the files of CREDENTIALS_DIRECTORY, the environment, -X. An unknown key is refused, and so "
    "are the properties "
    "of librdkafka that the guarantees rest on. What is in effect, and where it came from, says sessiond config.";

static const char secrets[] = "A key that holds a secret can be read from a file: KEY.file=PATH; so can every kafka.* "
                              "key. Its value is masked in all output.";

static const char *const example[] = {
    "kafka.bootstrap.servers=broker-1:9092,broker-2:9092",
    "postgres.conninfo=host=db.example dbname=sessiond user=worker",
    "kafka.sasl.password.file=/etc/sessiond/secrets/kafka.sasl.password",
    NULL,
};

static void print_sentence(char *text, FILE *out)
{
    mdoc_text(text, out);
    free(text);
}

static void print_key(const struct config_key *key, FILE *out)
{
    char rule[CONFIG_RULE_SIZE];

    config_value_rule(key, rule);
    fputs(".It Cm ", out);
    mdoc_word(bytes_of(key->name), out);
    fputc('\n', out);
    print_sentence(text_printf("%s.", key->meaning), out);
    print_sentence(text_printf("Type: %s.", rule), out);
    if (key->initial != NULL)
        print_sentence(text_printf("Default: %s.", *key->initial == 0 ? "empty" : key->initial), out);
    if (key->secret)
        mdoc_text("A secret.", out);
}

void manual_keys(const char *day, FILE *out)
{
    fprintf(out,
            ".Dd %s\n.Dt SESSIOND.CONF 5\n.Os\n.Sh NAME\n.Nm sessiond.conf\n.Nd configuration of sessiond\n.Sh "
            "DESCRIPTION\n",
            day);
    mdoc_text(description, out);
    fputs(".Sh KEYS\n", out);
    mdoc_text(secrets, out);
    fputs(".Bl -tag -width Ds\n", out);
    for (size_t i = 0; i < config_key_count; i++)
        print_key(&config_keys[i], out);
    fputs(".El\n.Sh ENVIRONMENT\n", out);
    mdoc_text("A key is also a variable: SESSIOND_ and the key in upper case, with _ for a dot, __ for an underscore "
              "and ___ for a minus: "
              "SESSIOND_KAFKA_BOOTSTRAP_SERVERS. A variable that names no key is warned of.",
              out);
    fputs(".Sh FILES\n.Bl -tag -width Ds\n.It Pa " CONFIG_DEFAULT_FILE
          "\nRead if it is there, unless\n.Fl F\nnames another.\n"
          ".It Pa /etc/sessiond/secrets\nA file for each secret, named after its key.\n"
          "The units of systemd hand them over.\n.El\n"
          ".Sh EXAMPLES\n",
          out);
    mdoc_literal(example, out);
    fputs(".Sh SEE ALSO\n.Xr sessiond 1\n", out);
}
