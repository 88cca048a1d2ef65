/*
 * A folder of secrets: each file in $CREDENTIALS_DIRECTORY that is named after a secret key, or after a `kafka.*`
 * property, is the value of that key, as if `<key>.file` named the file. systemd makes such a folder (LoadCredential=),
 * and in Kubernetes a mounted Secret is one. Files with other names are ignored.
 *
 * With `LoadCredential=ID:FOLDER` systemd puts "ID_" before each name (systemd.exec(5)); the units here use `sessiond`
 * for ID.
 */
#include "config/config_table.h"

#include "core/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>

#define VARIABLE "CREDENTIALS_DIRECTORY"
#define PREFIX   "sessiond_"

static const char *folder_in(char *const *environment)
{
    for (char *const *entry = environment; entry != NULL && *entry != NULL; entry++)
        if (text_begins(*entry, VARIABLE "="))
            return *entry + strlen(VARIABLE "=");
    return "";
}

static bool set_credential(struct config *config, const char *folder, const char *name, struct err *err)
{
    char *key = text_printf("%s.file", text_begins(name, PREFIX) ? name + strlen(PREFIX) : name);
    char *path = text_printf("%s/%s", folder, name);
    /* Kubernetes puts links beside the files, with names that begin with a dot. */
    bool done = *name == '.' || !config_settable(key) || config_set(config, key, path, VARIABLE, err);

    free(path);
    free(key);
    return done;
}

static bool refuse_folder(const char *folder, struct err *err)
{
    return err_set(err, ERR_STOP, EXIT_CONFIG, E_CONFIG_08,
                   "cannot read %s: %s\n  in " VARIABLE "\n  fix: name a folder that this user can read", folder,
                   strerror(errno));
}

bool config_credentials_read(struct config *config, char *const *environment, struct err *err)
{
    const char *folder = folder_in(environment);
    struct dirent **entries = NULL;
    bool done = true;

    if (*folder == 0)
        return true;
    int count = scandir(folder, &entries, NULL, alphasort);
    if (count < 0)
        return refuse_folder(folder, err);
    for (int i = 0; i < count; i++) {
        done = done && set_credential(config, folder, entries[i]->d_name, err);
        free(entries[i]);
    }
    free(entries);
    return done;
}
