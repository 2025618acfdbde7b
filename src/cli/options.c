/* SPDX-License-Identifier: MIT */
/* The options that the subcommands share: parsed, and explained. What --help says about limits and
 * warnings comes from the tables that the parser uses, so the two cannot differ. */
#define _POSIX_C_SOURCE 200809L

#include "options.h"

#include "escape.h"

#include <getopt.h>
#include <inttypes.h>
#include <string.h>

/* Values of getopt_long, out of the way of characters. */
enum {
    OPTION_JSON = 256,
    OPTION_FULL,
    OPTION_STRICT,
    OPTION_PROFILE,
    OPTION_LIMIT,
    OPTION_MEMBER,
    OPTION_SINGLE,
    OPTION_NO_FOLLOW,
    OPTION_LAYOUT,
    OPTION_GPT4ALL,
    OPTION_JOBS,
    OPTION_VERSION
};

static const struct option long_options[] = {
    {"json", no_argument, NULL, OPTION_JSON},
    {"full", no_argument, NULL, OPTION_FULL},
    {"strict", optional_argument, NULL, OPTION_STRICT},
    {"profile", required_argument, NULL, OPTION_PROFILE},
    {"limit", required_argument, NULL, OPTION_LIMIT},
    {"help", no_argument, NULL, 'h'},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"member", required_argument, NULL, OPTION_MEMBER},
    {"single", no_argument, NULL, OPTION_SINGLE},
    {"no-follow", no_argument, NULL, OPTION_NO_FOLLOW},
    {"recursive", no_argument, NULL, 'r'},
    {"quiet", no_argument, NULL, 'q'},
    {"verbose", no_argument, NULL, 'v'},
    {"layout", required_argument, NULL, OPTION_LAYOUT},
    {"jobs", required_argument, NULL, OPTION_JOBS},
    {"gpt4all-vocabulary", no_argument, NULL, OPTION_GPT4ALL},
    {NULL, 0, NULL, 0},
};

/* How parsing ended. */
typedef enum parsed {
    PARSED_RUN,
    PARSED_HELP,
    PARSED_VERSION,
    PARSED_LAYOUTS,
    PARSED_WRONG
} parsed;

/* ---- Mistakes ---------------------------------------------------------------------------- */

/* Tells a mistake in one line. Only `argument` comes from outside. */
static parsed mistake(const command *c, const char *before, const char *argument, const char *after)
{
    fprintf(stderr, "tensorgate: %s", before);
    escape_print(stderr, bytes_of(argument));
    fprintf(stderr, "%s; try 'tensorgate %s --help'\n", after, c->name);
    return PARSED_WRONG;
}

static const struct option *long_option(int value)
{
    const struct option *o = long_options;
    while (o->name != NULL && o->val != value)
        o++;
    return o;
}

/* getopt_long said no. `optopt` is the option: 0 if it is a long one that there is not, or not only once. Not every
 * getopt_long tells a value that is missing from one too many: the option does. */
static parsed wrong_option(const command *c, char **argv)
{
    const struct option *o = long_option(optopt);
    char letter[] = {'-', (char)optopt, '\0'};
    if (optopt >= OPTION_JSON && o->name != NULL)
        return mistake(c, "option '--", o->name,
                       o->has_arg == required_argument ? "' wants a value" : "' takes no value");
    return mistake(c, "unknown option '", optopt == 0 ? argv[optind - 1] : letter, "'");
}

/* ---- Words --------------------------------------------------------------------------------- */

static char fold(char c)
{
    static const char lower[] = "abcdefghijklmnopqrstuvwxyz";
    if (c >= 'A' && c <= 'Z')
        return lower[c - 'A'];
    if (c == '_')
        return '-';
    return c;
}

/* Equal but for case, and for - and _. */
static bool same_word(tg_bytes word, const char *name)
{
    for (size_t i = 0; i < word.len; i++)
        if (name[i] == '\0' || fold(word.ptr[i]) != fold(name[i]))
            return false;
    return name[word.len] == '\0';
}

/* Tells that there is no such word, and lists those that there are. */
static parsed unknown_word(const command *c, const char *kind, tg_bytes word, void (*list)(FILE *out))
{
    fprintf(stderr, "tensorgate: unknown %s '", kind);
    escape_print(stderr, word);
    fprintf(stderr, "'; there are\n");
    list(stderr);
    fprintf(stderr, "try 'tensorgate %s --help'\n", c->name);
    return PARSED_WRONG;
}

/* ---- --strict -------------------------------------------------------------------------------- */

#define WARNING_PREFIX "TG_W_"

/* The name of a warning as it is typed: without the prefix, that is. */
static const char *short_name(tg_status warning)
{
    const char *name = tg_status_name(warning);
    size_t len = strlen(WARNING_PREFIX);
    return strncmp(name, WARNING_PREFIX, len) == 0 ? name + len : name;
}

static void list_warnings(FILE *out)
{
    tg_status status;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        if (!tg_status_is_warning(status))
            continue;
        int width = 0;
        fputs("  ", out);
        for (const char *s = short_name(status); *s != '\0'; s++, width++)
            fputc(fold(*s), out);
        fprintf(out, "%*s%s\n", width < 23 ? 23 - width : 1, "", tg_status_text(status));
    }
}

static bool find_warning(tg_bytes word, tg_status *out)
{
    tg_status status;
    for (size_t i = 0; tg_status_at(i, &status); i++) {
        if (!tg_status_is_warning(status))
            continue;
        if (same_word(word, tg_status_name(status)) || same_word(word, short_name(status))) {
            *out = status;
            return true;
        }
    }
    return false;
}

static void add_strict(options *o, tg_status status)
{
    for (size_t i = 0; i < o->open.num_strict; i++)
        if (o->strict[i] == status)
            return;
    if (o->open.num_strict < MAX_STRICT)
        o->strict[o->open.num_strict++] = status;
}

static parsed parse_strict(const command *c, options *o, const char *codes)
{
    if (codes == NULL) {
        o->open.flags |= TG_STRICT;
        return PARSED_RUN;
    }
    for (;;) {
        tg_bytes word = {codes, strcspn(codes, ",")};
        tg_status status;
        if (!find_warning(word, &status))
            return unknown_word(c, "warning", word, list_warnings);
        add_strict(o, status);
        if (codes[word.len] == '\0')
            return PARSED_RUN;
        codes += word.len + 1;
    }
}

/* ---- --limit ----------------------------------------------------------------------------------- */

typedef struct limit {
    const char *name;
    size_t field; /* offset in tg_limits */
    uint64_t most;
    const char *initial;
    const char *meaning;
} limit;

#define FIELD(name) offsetof(tg_limits, name)

static const limit limits[] = {
    {"tensors", FIELD(max_tensors), UINT32_MAX - 1, "1M", "tensors in a file"},
    {"keys", FIELD(max_keys), UINT32_MAX - 1, "1M", "keys in the metadata"},
    {"header-bytes", FIELD(max_header_bytes), INT64_MAX, "256M", "bytes before the tensor data"},
    {"array-elements", FIELD(max_array_elements), INT64_MAX, "128M", "elements in all arrays together"},
    {"array-depth", FIELD(max_array_depth), 16, "4", "arrays in arrays, counting the outermost"},
    {"heap-base", FIELD(heap_base), INT64_MAX, "16M", "bytes of memory that a model may take, plus"},
    {"heap-factor", FIELD(heap_factor), INT64_MAX, "8", "that many for each byte of header read so far"},
    {"files", FIELD(max_files), UINT32_MAX - 1, "10000", "files of one model"},
};

#define NUM_LIMITS (sizeof limits / sizeof limits[0])

static void list_limits(FILE *out)
{
    for (size_t i = 0; i < NUM_LIMITS; i++)
        fprintf(out, "  %-16s%-7s%s\n", limits[i].name, limits[i].initial, limits[i].meaning);
}

static const limit *find_limit(tg_bytes word)
{
    for (size_t i = 0; i < NUM_LIMITS; i++)
        if (same_word(word, limits[i].name))
            return &limits[i];
    return NULL;
}

/* What a suffix multiplies by; 0 if it is none. */
static uint64_t suffix_factor(const char *suffix)
{
    static const char letters[] = "kmg";
    if (suffix[0] == '\0')
        return 1;
    const char *found = strchr(letters, fold(suffix[0]));
    if (found == NULL || suffix[1] != '\0')
        return 0;
    return UINT64_C(1) << (10 * (found - letters + 1));
}

/* A decimal number from 1 to `most`, with a suffix or without. */
static bool parse_number(const char *text, uint64_t most, uint64_t *out)
{
    uint64_t number = 0;
    const char *at = text;
    for (; *at >= '0' && *at <= '9'; at++) {
        uint64_t digit = (uint64_t)(*at - '0');
        if (number > (most - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    uint64_t factor = suffix_factor(at);
    if (at == text || factor == 0 || number == 0 || number > most / factor)
        return false;
    *out = number * factor;
    return true;
}

static parsed parse_limit(const command *c, options *o, const char *text)
{
    tg_bytes name = {text, strcspn(text, "=")};
    const limit *l = find_limit(name);
    if (l == NULL)
        return unknown_word(c, "limit", name, list_limits);
    uint64_t number;
    if (text[name.len] != '=' || !parse_number(text + name.len + 1, l->most, &number)) {
        char after[96];
        (void)snprintf(after, sizeof after, "': %s=VALUE takes a number from 1 to %" PRIu64, l->name, l->most);
        return mistake(c, "bad value in '--limit ", text, after);
    }
    memcpy((char *)&o->limits + l->field, &number, sizeof number);
    return PARSED_RUN;
}

/* ---- --layout ------------------------------------------------------------------------------------ */

static void list_layouts(FILE *out)
{
    tg_layout layout;
    for (size_t i = 0; tg_layout_at(i, &layout); i++)
        fprintf(out, "  %-23s%s\n", tg_layout_name(layout), tg_layout_text(layout));
}

static parsed parse_layout(const command *c, options *o, const char *text)
{
    tg_bytes name = {text, strlen(text)};
    tg_layout layout;
    if (strcmp(text, "list") == 0)
        return PARSED_LAYOUTS;
    for (size_t i = 0; tg_layout_at(i, &layout); i++) {
        if (same_word(name, tg_layout_name(layout))) {
            o->open.layout = tg_layout_name(layout);
            return PARSED_RUN;
        }
    }
    return mistake(c, "unknown layout '", text, "': '--layout list' lists them");
}

/* ---- All options ----------------------------------------------------------------------------------- */

static parsed parse_profile(const command *c, options *o, const char *name)
{
    if (strcmp(name, "llama.cpp") != 0)
        return mistake(c, "unknown profile '", name, "': there is llama.cpp");
    o->open.profile = TG_PROFILE_LLAMA_CPP;
    return PARSED_RUN;
}

/* Options of check alone that have a letter. */
static parsed parse_letter(const command *c, options *o, int letter)
{
    const char name[] = {'-', (char)letter, '\0'};
    if (!c->takes_files)
        return mistake(c, "unknown option '", name, "'");
    o->recurse = o->recurse || letter == 'r';
    if (letter != 'r') {
        o->quiet = letter == 'q';
        o->verbose = letter == 'v';
    }
    return PARSED_RUN;
}

/* More threads than this are a mistake. */
#define MOST_JOBS 256

static parsed parse_jobs(const command *c, options *o, const char *text)
{
    uint64_t number;
    if (!c->takes_files)
        return mistake(c, "unknown option '", "--jobs", "'");
    if (!parse_number(text, MOST_JOBS, &number))
        return mistake(c, "bad value '", text, "': --jobs takes a number from 1 to 256");
    o->jobs = (size_t)number;
    return PARSED_RUN;
}

static parsed parse_option(const command *c, options *o, int option, char **argv)
{
    switch (option) {
    case OPTION_JSON:
        o->json = true;
        return PARSED_RUN;
    case OPTION_FULL:
        o->full = true;
        return c->takes_full ? PARSED_RUN : mistake(c, "unknown option '", argv[optind - 1], "'");
    case OPTION_STRICT:
        return parse_strict(c, o, optarg);
    case OPTION_PROFILE:
        return parse_profile(c, o, optarg);
    case OPTION_LIMIT:
        return parse_limit(c, o, optarg);
    case OPTION_MEMBER:
        o->open.member = optarg;
        return PARSED_RUN;
    case OPTION_SINGLE:
        o->open.flags |= TG_SINGLE_FILE;
        return PARSED_RUN;
    case OPTION_NO_FOLLOW:
        o->open.flags |= TG_NO_FOLLOW;
        return PARSED_RUN;
    case 'r':
    case 'q':
    case 'v':
        return parse_letter(c, o, option);
    case OPTION_LAYOUT:
        return parse_layout(c, o, optarg);
    case OPTION_JOBS:
        return parse_jobs(c, o, optarg);
    case OPTION_GPT4ALL:
        o->open.flags |= TG_GPT4ALL_VOCABULARY;
        return PARSED_RUN;
    case 'h':
        return PARSED_HELP;
    case OPTION_VERSION:
        return PARSED_VERSION;
    default:
        return wrong_option(c, argv);
    }
}

/* The operands: getopt_long has moved them behind the options. */
static parsed parse_files(const command *c, options *o, int argc, char **argv)
{
    o->files = argv + optind;
    o->num_files = (size_t)(argc - optind);
    if (o->num_files == 0)
        return mistake(c, "no file given", "", "");
    if (o->num_files > 1 && !c->takes_files)
        return mistake(c, "one file at a time: there is also '", o->files[1], "'");
    return PARSED_RUN;
}

static parsed parse(const command *c, options *o, int argc, char **argv)
{
    memset(o, 0, sizeof *o);
    o->limits.struct_size = sizeof o->limits;
    o->open.struct_size = sizeof o->open;
    o->open.flags = TG_CHECK_TEXT;
    o->open.limits = &o->limits;
    o->open.strict = o->strict;
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":hqrv", long_options, NULL)) != -1;) {
        parsed p = parse_option(c, o, option, argv);
        if (p != PARSED_RUN)
            return p;
    }
    return parse_files(c, o, argc, argv);
}

void print_version(void)
{
    printf("tensorgate %s\n", tg_version());
}

void options_help(const command *c)
{
    printf("usage: tensorgate %s [OPTION]... %s\n\n%s\noptions\n", c->name, c->operands, c->purpose);
    puts("  --json             print JSON, for programs");
    if (c->takes_full)
        puts("  --full             print all elements of arrays, and cut nothing");
    if (c->takes_files)
        puts("  -r, --recursive    check all model files below folders, with a summary\n"
             "  -q, --quiet        say nothing of files that are accepted\n"
             "  -v, --verbose      say where their tensor data is, and what was passed over\n"
             "  --jobs N           open files in N threads, by default one for each core;\n"
             "                     the output is the same, in the order of the arguments");
    puts("  --single           take the file alone, even if it begins a set of files\n"
         "  --no-follow        refuse symbolic links");
    puts("  --strict           treat every warning as an error\n"
         "  --strict=CODE,...  treat these warnings as errors\n"
         "  --profile NAME     demand what a program demands too: llama.cpp\n"
         "  --limit NAME=VALUE\n"
         "                     allow more or less than the default; VALUE may end in K, M\n"
         "                     or G, which are powers of 1024\n"
         "  --member NAME      take this member of the zip archive at the end of the file\n"
         "  --layout NAME      what a file of the ggml family before GGUF is, instead of\n"
         "                     finding it out; --layout list lists the names\n"
         "  --gpt4all-vocabulary\n"
         "                     an unversioned LLaMA file may lack one token\n"
         "  -h, --help         print this text\n"
         "  --version          print the version\n"
         "  --                 end the options: what follows is the name of a file");
    puts("\nlimits: NAME, default, meaning");
    list_limits(stdout);
    puts("\nwarnings: CODE, meaning");
    list_warnings(stdout);
    puts("\nexit status\n"
         "  0  accepted\n"
         "  1  rejected\n"
         "  2  not checked: wrong usage, no access, no memory, or the output was lost");
    printf("\nexamples\n%s", c->examples);
}

int options_run(const command *c, int argc, char **argv)
{
    options o;
    switch (parse(c, &o, argc, argv)) {
    case PARSED_HELP:
        options_help(c);
        return EXIT_ALL_ACCEPTED;
    case PARSED_VERSION:
        print_version();
        return EXIT_ALL_ACCEPTED;
    case PARSED_LAYOUTS:
        list_layouts(stdout);
        return EXIT_ALL_ACCEPTED;
    case PARSED_WRONG:
        return EXIT_NOT_CHECKED;
    case PARSED_RUN:
        break;
    }
    return c->run(&o);
}
