/* SPDX-License-Identifier: Apache-2.0 */
/* Target functions: admit(), on whatever bytes a client sends. */
#include "fuzz/answers.h"
#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_answers((struct bytes){(const char *)data, size});
    return 0;
}
