/*
 * crew: several child processes that take units of work from their parent's list and say what came of each.
 *
 * host.crew(body, next, receive, jobs)
 *
 *   body(unit, send) -> string    in a child: does the unit. send("") says that from now on it cannot be taken back.
 *   next() -> unit | nil          in the parent: the next unit, an integer; nil when there is none at present
 *   receive(unit, result, said)   in the parent: what body returned, and what the child wrote to stdout and stderr
 *   receive(unit, nil, said, detail, decided)
 *                                 the child died over it: detail is "signal 9", "status 1" or "interrupted",
 *                                 decided whether it could not be taken back any more
 *   jobs                          how many children there may be at once, at least 1
 *
 * Returns when no child has a unit and next has none. Children are trusted like their parent and not confined; each
 * is a copy of it at the moment of its first unit. `said` is cut after 1 MiB.
 *
 * Invariants, which crew.c cites:
 *   1. A unit is given to one child, once. The parent receives each unit that was given out exactly once, and a child
 *      has one at a time: so what is in the making when all ends is known, unit by unit.
 *   2. next is asked only when a child is free or can be made: nothing is given out ahead.
 *   3. Only the parent writes to stdout and stderr. What a child writes, or what it starts, goes to a file in memory
 *      that the parent reads when the unit is received.
 *   4. A child ends when its parent's end of the socket is closed, after the unit that it has. A parent that dies is a
 *      Ctrl-C to its children; they see it after the unit otherwise.
 *   5. At Ctrl-C nothing more is given out; each child that has a unit is told (it raises there, unless held: see
 *      host.hold), and the parent waits until each has handed in what came of its unit or has died. A second one ends
 *      the parent at once, and every child that the terminal sends it to; only a flush is brought to its end first.
 *   6. When host.crew returns or raises, all its children are reaped.
 *
 * Raises for wrong arguments; "io" when not one child can be made; "interrupted" after Ctrl-C; and what next and
 * receive raise, after the children were told to end as at Ctrl-C. What they hand in then is lost.
 */
#ifndef SUTURE_CREW_H
#define SUTURE_CREW_H

#include <lua.h>

int crew_run(lua_State *L);

#endif
