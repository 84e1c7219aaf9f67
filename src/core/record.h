/*
 * record: what flushes have done, kept in the state folder so that it can be listed and taken back.
 *
 * A record is the journal of a finished flush. Its name is its id: time and nonce in hex. Records are
 * bounded in number and total size; the oldest go first. The bounds are seen to by one flush in sixteen, so a
 * few more may be there for a while. Several processes may keep records at once: each writes to a file with its
 * process id in the name, and what one that died has left goes when the bounds are looked at.
 */
#ifndef SUTURE_RECORD_H
#define SUTURE_RECORD_H

#include "folder.h"
#include "journal.h"

/* Room for an id with its NUL. */
#define RECORD_ID 48

/* The bounds. A record larger than RECORD_LARGEST is not kept. */
#define RECORD_COUNT 1000
#define RECORD_TOTAL ((uint64_t)1 << 30)
#define RECORD_LARGEST ((uint64_t)256 << 20)

/*
 * Keeps a copy of the finished journal `name` of the folder as a record, and sees to the bounds now and then.
 * It is never moved nor linked: after a power cut a journal with two names would not be obeyed. Errors: `io`,
 * `unsupported` (no state folder), `limit` (too large); there is no record then.
 */
bool record_keep(const struct folder *folder, const char *name, struct error *error);

/* Writes the journal of one lone replacement straight into the records. Errors: as record_keep. */
bool record_write(const unsigned char nonce[JOURNAL_NONCE], struct journal_member *members,
                  uint32_t count, struct error *error);

/*
 * The ids of all records, newest first; the caller frees *ids. NULL and 0 where there are none. Errors: `io`, `limit`;
 * NULL and 0 then, too.
 */
bool record_list(char (**ids)[RECORD_ID], size_t *count, struct error *error);

/*
 * Reads a record; the caller closes the journal. Errors: `argument` (no such record), `format`, `io` and those
 * of journal_read.
 */
bool record_read(const char *id, struct journal *journal, struct error *error);

/* Removes a record. Errors: `io`, `argument` (no id, or no records at all); a missing one is fine. */
bool record_forget(const char *id, struct error *error);

#endif
