/* Bits of boot_page.features and kernel_page.features: what user mode must know of the CPU (ways to
 * trap, page sizes). This port has none.
 */
#pragma once
