#include "cli/manual.h"

/* mandoc warns of longer lines of input. */
#define LINE_BYTES 78

/* A minus stays a minus, on terminals and when it is copied from there. */
static int put_escaped(struct bytes text, FILE *out)
{
    int bytes = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] == '\\')
            bytes += fprintf(out, "\\e");
        else if (text.data[i] == '"')
            bytes += fprintf(out, "\\(dq");
        else
            bytes += fprintf(out, "%s%c", text.data[i] == '-' ? "\\" : "", text.data[i]);
    }
    return bytes;
}

static size_t escaped_length(struct bytes text)
{
    size_t len = text.len;

    for (size_t i = 0; i < text.len; i++)
        len += strchr("-\\", text.data[i]) != NULL ? 1 : text.data[i] == '"' ? 3 : 0;
    return len;
}

void mdoc_word(struct bytes word, FILE *out)
{
    /* This keeps a word from being taken for a macro, and a dot from being taken for the end of a sentence or for a macro. */
    fputs("\\&", out);
    (void)put_escaped(word, out);
}

static bool ends_sentence(struct bytes word)
{
    size_t len = word.len;

    while (len > 0 && strchr(")\"", word.data[len - 1]) != NULL)
        len--;
    return len > 0 && strchr(".!?", word.data[len - 1]) != NULL;
}

void mdoc_text(const char *text, FILE *out)
{
    size_t column = 0;

    while (*text != 0) {
        struct bytes word = {(const uint8_t *)text, strcspn(text, " \n")};
        size_t needed = escaped_length(word) + 1;
        if (column > 0 && column + needed > LINE_BYTES) {
            fputc('\n', out);
            column = 0;
        }
        if (column > 0)
            fputc(' ', out);
        else if (strchr(".'", word.data[0]) != NULL)
            fputs("\\&", out);
        (void)put_escaped(word, out);
        column += needed;
        text += word.len;
        if (text[0] == '\n' && text[1] == '\n')
            fputs("\n.Pp\n", out);
        else if (*text != 0 && ends_sentence(word))
            fputc('\n', out);
        if (*text == '\n' || ends_sentence(word))
            column = 0;
        text += strspn(text, " \n");
    }
    fputc('\n', out);
}

void mdoc_literal(const char *const *lines, FILE *out)
{
    fputs(".Bd -literal -offset indent\n", out);
    for (size_t i = 0; lines[i] != NULL; i++) {
        mdoc_word(bytes_of(lines[i]), out);
        fputc('\n', out);
    }
    fputs(".Ed\n", out);
}
