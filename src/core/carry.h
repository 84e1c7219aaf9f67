/*
 * carry: carries a journal out, forward (files become new) or back (files become old).
 *
 * A flush and a recovery go through the same code. Everything here is idempotent: a step that was done
 * before is done again or found done, so it may be interrupted anywhere and begun anew.
 */
#ifndef SUTURE_CARRY_H
#define SUTURE_CARRY_H

#include "folder.h"
#include "journal.h"

/* One target, found again and opened. */
struct carry_target {
    const struct journal_target *target;
    struct folder folder;      /* that holds it */
    struct folder *ref_folder; /* that holds its ref; NULL: it has none */
    char base[NAME_MAX + 1];   /* its name in folder */
    int fd;                    /* can write; -1 for a replaced target */
};

struct carry {
    const struct journal *journal;
    struct carry_target *targets; /* one for each of the journal's, in its order */
    uint32_t count;
    bool own; /* written by this user or root: its set-id bits may be restored */
};

/* What is closed or freed is safe to be closed again; targets is freed. */
void carry_close(struct carry *carry);

/*
 * Whether every target can be carried: in place every range holds old bytes, new bytes, or a byte-wise
 * mixture, and the size is old, new or between; a replaced one is the old or the new file, with the other
 * one beside it as far as it is needed. Errors: `indeterminate` with file and offset, `io`. Writes nothing.
 */
bool carry_check(const struct carry *carry, struct error *error);

/*
 * Whether every replaced target can get that way: the wanted file is under its name or beside it. Errors:
 * `indeterminate`, `io`. Writes nothing.
 */
bool carry_can(const struct carry *carry, bool forward, struct error *error);

/* Makes every target new and durable. Error: `io`; a mixture is left, which the journal can settle. */
bool carry_forward(const struct carry *carry, struct error *error);

/* Makes every target old and durable. Errors: as carry_forward. */
bool carry_back(const struct carry *carry, struct error *error);

/*
 * Removes what the transaction left beside its replaced targets: the other file and the refs to this journal,
 * which no later look would find. Durable on return. To be called in a final state and before the journal is
 * removed. Error: `io`.
 */
bool carry_clean(const struct carry *carry, struct error *error);

/* Removes the refs of targets in place. To be called after the journal is removed; errors are ignored. */
void carry_drop_refs(const struct carry *carry);

#endif
