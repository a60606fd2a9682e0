/* SPDX-License-Identifier: Apache-2.0 */
/* libyaml's words, where a reader of them would not know what to do. */
#ifndef CORE_YAML_WORDING_H
#define CORE_YAML_WORDING_H

/* What to say for one of libyaml's problems: itself, if nothing better is known. */
const char *yaml_reword(const char *problem);

#endif
