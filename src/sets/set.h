/* SPDX-License-Identifier: MIT */
/* Models of several files. Each file is vetted by its format, alone; what is judged here is whether they belong
 * together. api/ brings the files; nothing here opens one. */
#ifndef TGI_SETS_SET_H
#define TGI_SETS_SET_H

#include "../core/validate.h"

/* Does the file, which stands in no other, begin a set? */
bool tgi_begins_set(const tgi_model *first);

/* ---- set.c: what all sets share ---- */

/* Is `part`, the model that the parser is at, of the format and byte order of the first? */
TGI_NODISCARD tgi_step tgi_check_part(tgi_parse *p, const tgi_model *first);

/* Moves the tensors of `part`, which is frozen and the model that the parser is at, behind those of `whole`, whose
 * memory it shares. */
TGI_NODISCARD tgi_step tgi_join_part(tgi_parse *p, tgi_model *whole);

/* All tensor names unique over all files, and not more than the limit: of the parser's model, which is whole. */
TGI_NODISCARD tgi_step tgi_check_whole(tgi_parse *p);

/* ---- split_gguf.c ---- */

#define TGI_MAX_FILE_NAME 255 /* bytes */

/* Does `name`, of the parser's file, which begins a set, tell the number and the count of its split keys? */
TGI_NODISCARD tgi_step tgi_split_check_first(tgi_parse *p, const char *name);

/* Writes the name of part `number`, counted from 0, of the set of `count` that `first_name` begins: as long as that,
 * with a NUL. */
void tgi_split_name(const char *first_name, uint32_t count, uint32_t number, char *out_name);

/* Is the parser's file the part that its place in the set, which `first` begins, calls for? */
TGI_NODISCARD tgi_step tgi_split_check_part(tgi_parse *p, const tgi_model *first);

/* Has the parser's model, which is whole, the number of tensors that its first file declares? */
TGI_NODISCARD tgi_step tgi_split_check_whole(tgi_parse *p);

/* ---- parts.c ---- */

/* Writes the name of part `number` of the model that `first_name` begins: at most `len` bytes, with a NUL. */
void tgi_part_name(const char *first_name, uint32_t number, char *out_name, size_t len);

/* Makes room for the pieces of the tensors of the parser's model, which is the first part. */
TGI_NODISCARD tgi_step tgi_parts_begin(tgi_parse *p);

/* Is the parser's model the part of `first` that its place calls for? Notes where its pieces are. */
TGI_NODISCARD tgi_step tgi_parts_check(tgi_parse *p, tgi_model *first);

/* All parts are there: the shapes of the parser's model become those of whole tensors. */
TGI_NODISCARD tgi_step tgi_parts_end(tgi_parse *p);

#endif
