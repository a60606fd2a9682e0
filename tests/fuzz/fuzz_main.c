/* SPDX-License-Identifier: Apache-2.0 */
/* Replays the files of the folders that are its arguments; a target aborts where something is
 * wrong. */
#include "fuzz/fuzz.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>

static void replay(const char *path)
{
    static uint8_t data[1 << 20];
    FILE *file = fopen(path, "rb");
    size_t size = file ? fread(data, 1, sizeof data, file) : 0;
    uint8_t *exact = malloc(size ? size : 1); /* AddressSanitizer sees one byte too many */

    MUST(file && exact);
    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    (void)fclose(file);
}

static int replay_folder(const char *folder)
{
    DIR *listing = opendir(folder);
    char path[PATH_MAX];
    int count = 0;

    for (const struct dirent *each; listing && (each = readdir(listing));) {
        if (each->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof path, "%s/%s", folder, each->d_name);
        (void)fprintf(stderr, "# %s\n", path);
        replay(path);
        count++;
    }
    if (listing)
        (void)closedir(listing);
    return count;
}

int main(int argc, char **argv)
{
    int count = 0;

    for (int i = 1; i < argc; i++)
        count += replay_folder(argv[i]);
    printf("%d cases, 0 failed\n", count);
    return count == 0;
}
