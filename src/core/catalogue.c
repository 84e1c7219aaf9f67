/* catalogue: see catalogue.h. */
#include "catalogue.h"

#include <string.h>

struct entry {
    const char *name;
    struct crc crc; /* width, poly, init, refin, refout, xorout */
};

static const struct entry ENTRIES[] = {
    {"crc3/gsm", {3, 0x3, 0, false, false, 0x7}},
    {"crc3/rohc", {3, 0x3, 0x7, true, true, 0}},
    {"crc4/g-704", {4, 0x3, 0, true, true, 0}},
    {"crc4/interlaken", {4, 0x3, 0xf, false, false, 0xf}},
    {"crc5/epc-c1g2", {5, 0x9, 0x9, false, false, 0}},
    {"crc5/g-704", {5, 0x15, 0, true, true, 0}},
    {"crc5/usb", {5, 0x5, 0x1f, true, true, 0x1f}},
    {"crc6/cdma2000-a", {6, 0x27, 0x3f, false, false, 0}},
    {"crc6/cdma2000-b", {6, 0x7, 0x3f, false, false, 0}},
    {"crc6/darc", {6, 0x19, 0, true, true, 0}},
    {"crc6/g-704", {6, 0x3, 0, true, true, 0}},
    {"crc6/gsm", {6, 0x2f, 0, false, false, 0x3f}},
    {"crc7/mmc", {7, 0x9, 0, false, false, 0}},
    {"crc7/rohc", {7, 0x4f, 0x7f, true, true, 0}},
    {"crc7/umts", {7, 0x45, 0, false, false, 0}},
    {"crc8/autosar", {8, 0x2f, 0xff, false, false, 0xff}},
    {"crc8/bluetooth", {8, 0xa7, 0, true, true, 0}},
    {"crc8/cdma2000", {8, 0x9b, 0xff, false, false, 0}},
    {"crc8/darc", {8, 0x39, 0, true, true, 0}},
    {"crc8/dvb-s2", {8, 0xd5, 0, false, false, 0}},
    {"crc8/gsm-a", {8, 0x1d, 0, false, false, 0}},
    {"crc8/gsm-b", {8, 0x49, 0, false, false, 0xff}},
    {"crc8/hitag", {8, 0x1d, 0xff, false, false, 0}},
    {"crc8/i-432-1", {8, 0x7, 0, false, false, 0x55}},
    {"crc8/i-code", {8, 0x1d, 0xfd, false, false, 0}},
    {"crc8/lte", {8, 0x9b, 0, false, false, 0}},
    {"crc8/maxim-dow", {8, 0x31, 0, true, true, 0}},
    {"crc8/mifare-mad", {8, 0x1d, 0xc7, false, false, 0}},
    {"crc8/nrsc-5", {8, 0x31, 0xff, false, false, 0}},
    {"crc8/opensafety", {8, 0x2f, 0, false, false, 0}},
    {"crc8/rohc", {8, 0x7, 0xff, true, true, 0}},
    {"crc8/sae-j1850", {8, 0x1d, 0xff, false, false, 0xff}},
    {"crc8/smbus", {8, 0x7, 0, false, false, 0}},
    {"crc8/tech-3250", {8, 0x1d, 0xff, true, true, 0}},
    {"crc8/wcdma", {8, 0x9b, 0, true, true, 0}},
    {"crc10/atm", {10, 0x233, 0, false, false, 0}},
    {"crc10/cdma2000", {10, 0x3d9, 0x3ff, false, false, 0}},
    {"crc10/gsm", {10, 0x175, 0, false, false, 0x3ff}},
    {"crc11/flexray", {11, 0x385, 0x1a, false, false, 0}},
    {"crc11/umts", {11, 0x307, 0, false, false, 0}},
    {"crc12/cdma2000", {12, 0xf13, 0xfff, false, false, 0}},
    {"crc12/dect", {12, 0x80f, 0, false, false, 0}},
    {"crc12/gsm", {12, 0xd31, 0, false, false, 0xfff}},
    {"crc12/umts", {12, 0x80f, 0, false, true, 0}},
    {"crc13/bbc", {13, 0x1cf5, 0, false, false, 0}},
    {"crc14/darc", {14, 0x805, 0, true, true, 0}},
    {"crc14/gsm", {14, 0x202d, 0, false, false, 0x3fff}},
    {"crc15/can", {15, 0x4599, 0, false, false, 0}},
    {"crc15/mpt1327", {15, 0x6815, 0, false, false, 0x1}},
    {"crc16/arc", {16, 0x8005, 0, true, true, 0}},
    {"crc16/cdma2000", {16, 0xc867, 0xffff, false, false, 0}},
    {"crc16/cms", {16, 0x8005, 0xffff, false, false, 0}},
    {"crc16/dds-110", {16, 0x8005, 0x800d, false, false, 0}},
    {"crc16/dect-r", {16, 0x589, 0, false, false, 0x1}},
    {"crc16/dect-x", {16, 0x589, 0, false, false, 0}},
    {"crc16/dnp", {16, 0x3d65, 0, true, true, 0xffff}},
    {"crc16/en-13757", {16, 0x3d65, 0, false, false, 0xffff}},
    {"crc16/genibus", {16, 0x1021, 0xffff, false, false, 0xffff}},
    {"crc16/gsm", {16, 0x1021, 0, false, false, 0xffff}},
    {"crc16/ibm-3740", {16, 0x1021, 0xffff, false, false, 0}},
    {"crc16/ibm-sdlc", {16, 0x1021, 0xffff, true, true, 0xffff}},
    {"crc16/iso-iec-14443-3-a", {16, 0x1021, 0xc6c6, true, true, 0}},
    {"crc16/kermit", {16, 0x1021, 0, true, true, 0}},
    {"crc16/lj1200", {16, 0x6f63, 0, false, false, 0}},
    {"crc16/m17", {16, 0x5935, 0xffff, false, false, 0}},
    {"crc16/maxim-dow", {16, 0x8005, 0, true, true, 0xffff}},
    {"crc16/mcrf4xx", {16, 0x1021, 0xffff, true, true, 0}},
    {"crc16/modbus", {16, 0x8005, 0xffff, true, true, 0}},
    {"crc16/nrsc-5", {16, 0x80b, 0xffff, true, true, 0}},
    {"crc16/opensafety-a", {16, 0x5935, 0, false, false, 0}},
    {"crc16/opensafety-b", {16, 0x755b, 0, false, false, 0}},
    {"crc16/profibus", {16, 0x1dcf, 0xffff, false, false, 0xffff}},
    {"crc16/riello", {16, 0x1021, 0xb2aa, true, true, 0}},
    {"crc16/spi-fujitsu", {16, 0x1021, 0x1d0f, false, false, 0}},
    {"crc16/t10-dif", {16, 0x8bb7, 0, false, false, 0}},
    {"crc16/teledisk", {16, 0xa097, 0, false, false, 0}},
    {"crc16/tms37157", {16, 0x1021, 0x89ec, true, true, 0}},
    {"crc16/umts", {16, 0x8005, 0, false, false, 0}},
    {"crc16/usb", {16, 0x8005, 0xffff, true, true, 0xffff}},
    {"crc16/xmodem", {16, 0x1021, 0, false, false, 0}},
    {"crc17/can-fd", {17, 0x1685b, 0, false, false, 0}},
    {"crc21/can-fd", {21, 0x102899, 0, false, false, 0}},
    {"crc24/ble", {24, 0x65b, 0x555555, true, true, 0}},
    {"crc24/flexray-a", {24, 0x5d6dcb, 0xfedcba, false, false, 0}},
    {"crc24/flexray-b", {24, 0x5d6dcb, 0xabcdef, false, false, 0}},
    {"crc24/interlaken", {24, 0x328b63, 0xffffff, false, false, 0xffffff}},
    {"crc24/lte-a", {24, 0x864cfb, 0, false, false, 0}},
    {"crc24/lte-b", {24, 0x800063, 0, false, false, 0}},
    {"crc24/openpgp", {24, 0x864cfb, 0xb704ce, false, false, 0}},
    {"crc24/os-9", {24, 0x800063, 0xffffff, false, false, 0xffffff}},
    {"crc30/cdma", {30, 0x2030b9c7, 0x3fffffff, false, false, 0x3fffffff}},
    {"crc31/philips", {31, 0x4c11db7, 0x7fffffff, false, false, 0x7fffffff}},
    {"crc32/aixm", {32, 0x814141ab, 0, false, false, 0}},
    {"crc32/autosar", {32, 0xf4acfb13, 0xffffffff, true, true, 0xffffffff}},
    {"crc32/base91-d", {32, 0xa833982b, 0xffffffff, true, true, 0xffffffff}},
    {"crc32/bzip2", {32, 0x4c11db7, 0xffffffff, false, false, 0xffffffff}},
    {"crc32/cd-rom-edc", {32, 0x8001801b, 0, true, true, 0}},
    {"crc32/cksum", {32, 0x4c11db7, 0, false, false, 0xffffffff}},
    {"crc32/iscsi", {32, 0x1edc6f41, 0xffffffff, true, true, 0xffffffff}},
    {"crc32/iso-hdlc", {32, 0x4c11db7, 0xffffffff, true, true, 0xffffffff}},
    {"crc32/jamcrc", {32, 0x4c11db7, 0xffffffff, true, true, 0}},
    {"crc32/mef", {32, 0x741b8cd7, 0xffffffff, true, true, 0}},
    {"crc32/mpeg-2", {32, 0x4c11db7, 0xffffffff, false, false, 0}},
    {"crc32/xfer", {32, 0xaf, 0, false, false, 0}},
    {"crc40/gsm", {40, 0x4820009, 0, false, false, 0xffffffffff}},
    {"crc64/ecma-182", {64, 0x42f0e1eba9ea3693, 0, false, false, 0}},
    {"crc64/go-iso", {64, 0x1b, 0xffffffffffffffff, true, true, 0xffffffffffffffff}},
    {"crc64/ms", {64, 0x259c84cba6426349, 0xffffffffffffffff, true, true, 0}},
    {"crc64/redis", {64, 0xad93d23594c935a9, 0, true, true, 0}},
    {"crc64/we", {64, 0x42f0e1eba9ea3693, 0xffffffffffffffff, false, false, 0xffffffffffffffff}},
    {"crc64/xz", {64, 0x42f0e1eba9ea3693, 0xffffffffffffffff, true, true, 0xffffffffffffffff}},
};

struct alias {
    const char *name;
    const char *of;
};

static const struct alias ALIASES[] = {
    {"crc4/itu", "crc4/g-704"},
    {"crc5/epc", "crc5/epc-c1g2"},
    {"crc5/itu", "crc5/g-704"},
    {"crc6/itu", "crc6/g-704"},
    {"crc7", "crc7/mmc"},
    {"crc8/itu", "crc8/i-432-1"},
    {"crc8/maxim", "crc8/maxim-dow"},
    {"crc8", "crc8/smbus"},
    {"crc8/aes", "crc8/tech-3250"},
    {"crc8/ebu", "crc8/tech-3250"},
    {"crc10", "crc10/atm"},
    {"crc10/i-610", "crc10/atm"},
    {"crc11", "crc11/flexray"},
    {"crc12-x", "crc12/dect"},
    {"crc12/3gpp", "crc12/umts"},
    {"crc15", "crc15/can"},
    {"crc16", "crc16/arc"},
    {"crc16/lha", "crc16/arc"},
    {"crc16/darc", "crc16/genibus"},
    {"crc16/epc", "crc16/genibus"},
    {"crc16/epc-c1g2", "crc16/genibus"},
    {"crc16/i-code", "crc16/genibus"},
    {"crc16/autosar", "crc16/ibm-3740"},
    {"crc16/ccitt-false", "crc16/ibm-3740"},
    {"crc16/iso-hdlc", "crc16/ibm-sdlc"},
    {"crc16/iso-iec-14443-3-b", "crc16/ibm-sdlc"},
    {"crc16/x-25", "crc16/ibm-sdlc"},
    {"crc16/bluetooth", "crc16/kermit"},
    {"crc16/ccitt", "crc16/kermit"},
    {"crc16/ccitt-true", "crc16/kermit"},
    {"crc16/v-41-lsb", "crc16/kermit"},
    {"crc16/maxim", "crc16/maxim-dow"},
    {"crc16/iec-61158-2", "crc16/profibus"},
    {"crc16/aug-ccitt", "crc16/spi-fujitsu"},
    {"crc16/buypass", "crc16/umts"},
    {"crc16/verifone", "crc16/umts"},
    {"crc16/acorn", "crc16/xmodem"},
    {"crc16/lte", "crc16/xmodem"},
    {"crc16/v-41-msb", "crc16/xmodem"},
    {"crc24", "crc24/openpgp"},
    {"crc32q", "crc32/aixm"},
    {"crc32d", "crc32/base91-d"},
    {"crc32/aal5", "crc32/bzip2"},
    {"crc32/dect-b", "crc32/bzip2"},
    {"crc32/posix", "crc32/cksum"},
    {"crc32c", "crc32/iscsi"},
    {"crc32/base91-c", "crc32/iscsi"},
    {"crc32/castagnoli", "crc32/iscsi"},
    {"crc32/interlaken", "crc32/iscsi"},
    {"crc32", "crc32/iso-hdlc"},
    {"crc32/adccp", "crc32/iso-hdlc"},
    {"crc32/v-42", "crc32/iso-hdlc"},
    {"crc32/xz", "crc32/iso-hdlc"},
    {"crc64", "crc64/ecma-182"},
    {"crc64/go-ecma", "crc64/xz"},
};

#define ENTRY_COUNT (sizeof ENTRIES / sizeof *ENTRIES)
#define ALIAS_COUNT (sizeof ALIASES / sizeof *ALIASES)

static const char *resolved(const char *name)
{
    for (size_t i = 0; i < ALIAS_COUNT; i++)
        if (strcmp(ALIASES[i].name, name) == 0)
            return ALIASES[i].of;
    return name;
}

bool catalogue_find(const char *name, struct crc *crc)
{
    name = resolved(name);
    for (size_t i = 0; i < ENTRY_COUNT; i++) {
        if (strcmp(ENTRIES[i].name, name) != 0)
            continue;
        *crc = ENTRIES[i].crc;
        return true;
    }
    return false;
}

const char *catalogue_name(size_t number)
{
    if (number < ENTRY_COUNT)
        return ENTRIES[number].name;
    number -= ENTRY_COUNT;
    return number < ALIAS_COUNT ? ALIASES[number].name : NULL;
}
