/* replay.c - run a fuzz target over files: the corpus in every test run. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *path)
{
    FILE *f = fopen(path, "rb");
    if (!f)
        return -1;
    (void)fseek(f, 0, SEEK_END);
    long n = ftell(f);
    rewind(f);
    uint8_t *p = malloc(n > 0 ? (size_t)n : 1);
    size_t got = p && n > 0 ? fread(p, 1, (size_t)n, f) : 0;
    (void)fclose(f);
    (void)LLVMFuzzerTestOneInput(p, got);
    free(p);
    return 0;
}

int main(int argc, char **argv)
{
    int bad = 0;
    for (int i = 1; i < argc; i++)
        bad += replay(argv[i]) != 0;
    printf("1..1\n%sok 1 - %s: %d inputs\n", bad ? "not " : "", argv[0], argc - 1);
    return bad != 0;
}
