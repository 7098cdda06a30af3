/* The program's pages are the user's; the page directory's entry above them is not. */
#define USER_MAP_FLAGS (PAGE_PRESENT | PAGE_WRITE)
#include "protected.inc"

	culprit = page_directory_user
