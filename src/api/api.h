/* SPDX-License-Identifier: MIT */
/* What stands behind a tg_model. */
#ifndef TGI_API_API_H
#define TGI_API_API_H

#include "../core/parse.h"
#include "../formats/format.h"
#include "../source/folder.h"
#include "../source/window.h"

#include <stdatomic.h>

/* One file of a model. The files of a set beyond the one that was opened are closed once they are vetted, and
 * opened again, by name and only if they are still the same file, for as long as each use takes. */
typedef struct tgi_file {
    tg_file seen;
    tgi_source source; /* of a closed file: what it was */
    bool closed;
    tgi_window window;
    atomic_bool cut;   /* the guard met a page that the file no longer has */
    uint64_t data_end; /* end of the last tensor */
    /* [seen.data_offset, data_end) in the address space; NULL until it is asked for */
    _Atomic(const uint8_t *) mapped;
} tgi_file;

struct tg_model {
    tgi_model core;
    tgi_file *files; /* `single`, or a block with room for all of a set */
    tgi_file single;
    uint32_t num_files;
    tgi_file index; /* the index that names the files, where has_index */
    bool has_index;
    tgi_folder folder; /* of the files, where they are several */
    bool has_folder;
    uint32_t flags; /* TG_GUARD matters when data is mapped, TG_NO_FOLLOW when a file is opened again */
    tg_set set;
};

/* ---- files.c ---- */

/* Makes room for `count` files in all, which must be made before any is mapped. */
TGI_NODISCARD tg_status tgi_reserve_files(tg_model *model, uint32_t count);

/* Adds a file with that name, of `len` bytes; `source` is taken over. */
TGI_NODISCARD tg_status tgi_add_file(tg_model *model, const tgi_source *source, const char *name, size_t len);

/* A source of the file that can be read: its own, or, for a closed file, `spare`, opened again. tgi_end_use closes
 * what tgi_use_file has opened. */
TGI_NODISCARD tgi_fault tgi_use_file(const tg_model *model, const tgi_file *file, tgi_source *spare,
                                     const tgi_source **out_source);
void tgi_end_use(const tgi_file *file, tgi_source *spare);

/* Says which file an error is about, where the model has several. */
void tgi_name_file(const tg_model *model, uint32_t number, tg_error *error);

/* Closes the source of a file that is vetted, unless it is a copy that nobody else has: see tgi_file. */
void tgi_rest_file(const tg_model *model, tgi_file *file);

void tgi_close_file(tgi_file *file);

/* Unmaps and closes all files, and the folder. */
void tgi_close_files(tg_model *model);

/* ---- tensor.c ---- */

/* Checks the tensor that a caller gave, and maps the data of its file, where that did not happen before; the tensor is
 * then at `*out_data`. An empty tensor is TG_OK, and nothing happens. */
TGI_NODISCARD tgi_fault tgi_map_tensor(const tg_model *model, const tg_tensor *tensor, const uint8_t **out_data,
                                       const char **out_what);

/* Unmaps the data, where it was mapped. */
void tgi_unmap(const tg_model *model, tgi_file *file);

/* ---- options.c ---- */

/* Checks the caller's options and fills in what they leave open; TG_E_ARGUMENT names the one at fault. */
TGI_NODISCARD bool tgi_settings_from(const tg_options *options, tgi_settings *out, const char **out_what);

/* ---- open.c ---- */

/* A model that is being opened. `error` is the caller's, or one to be thrown away. */
typedef struct tgi_opening {
    tg_model *model;
    const tgi_settings *settings;
    tg_error *error;
} tgi_opening;

/* Vets file `number` of the model, or its index (TG_FILE_INDEX), whose header becomes `part`; `format` NULL: find out
 * which it is. `part` works with the memory and the warnings of the model. */
TGI_NODISCARD tgi_step tgi_vet_file(const tgi_opening *o, uint32_t number, tgi_model *part, const tgi_format *format);

/* For reports about file `number` of the model. */
tgi_parse tgi_about_file(const tgi_opening *o, uint32_t number);

/* Opens what `source` holds. Takes over the source, and closes it on failure. Tests call it with settings that
 * the public functions cannot make. */
tg_status tgi_open(tgi_source *source, const tgi_settings *settings, tg_model **out_model, tg_error *out_error);

/* Stores an error that is about no place in a file, and returns its status. */
tg_status tgi_fail(tg_error *out_error, tg_status status, int32_t os_code, const char *what);

/* ---- set.c ---- */

/* Opens the file of that name in the folder, as the next file of the model. */
TGI_NODISCARD tgi_step tgi_open_part(const tgi_opening *o, const char *name, size_t len);

/* Vets the other files of the set whose first file, at `path`, is vetted as file 0, and makes all one model. */
TGI_NODISCARD tgi_step tgi_open_set(const tgi_opening *o, const char *path);

/* Vets the index, which file 0 at `path` is, and the files that it names, and makes these one model. */
TGI_NODISCARD tgi_step tgi_open_index(const tgi_opening *o, const char *path);

#endif
