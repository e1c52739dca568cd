/* flow_text.c - English for finding keys; other languages come from words/. */
#include "flow/flow.h"

static const struct { const char *key, *text; } texts[] = {
    { "flow.bad-condition", "this expression cannot be evaluated" },
    { "flow.bad-default", "the default flow does not start here" },
    { "flow.bad-event-gate", "an event-based gateway leads to something that is not an event" },
    { "flow.bad-time", "this time cannot be read" },
    { "flow.condition-ignored", "a parallel gateway follows all its flows, this condition is ignored" },
    { "flow.crosses", "a sequence flow crosses the border of a sub-process or pool" },
    { "flow.dead-end", "nothing follows" },
    { "flow.drawn-unknown", "the diagram draws an element that is not in the model" },
    { "flow.end-left", "a flow leaves an end event" },
    { "flow.foreign", "extensions of another tool, ignored" },
    { "flow.hollow", "a sub-process with nothing in it: done by hand as one step" },
    { "flow.lane-unknown", "a lane lists something that is not a flow node" },
    { "flow.loop-once", "a loop without condition or maximum runs once" },
    { "flow.loose-flow", "a sequence flow has no start or end" },
    { "flow.loose-message", "a message flow has no sender or receiver" },
    { "flow.message-inside", "a message flow stays inside one pool" },
    { "flow.message-to-pool", "a message flow ends at the pool, nobody in it waits for it" },
    { "flow.no-calendar", "a deadline without a calendar" },
    { "flow.no-called", "what this activity calls is not in the file" },
    { "flow.no-condition", "a conditional event without a condition" },
    { "flow.no-conditions", "no condition decides here: an officer will have to choose" },
    { "flow.no-count", "several instances, and nothing says how many" },
    { "flow.no-default", "no default flow: if no condition holds, an officer will have to choose" },
    { "flow.no-definition", "an event refers to a definition that is not in the file" },
    { "flow.no-end-event", "no end event: it ends when nothing is left to do" },
    { "flow.no-host", "a boundary event is attached to nothing" },
    { "flow.no-id", "an element without id" },
    { "flow.no-lane", "a step without a lane: nobody owes it" },
    { "flow.no-link", "a link leads nowhere" },
    { "flow.no-receiver", "a message that nobody receives" },
    { "flow.no-sender", "waits for a message that nothing in this file sends" },
    { "flow.no-signal", "a signal event without a signal" },
    { "flow.no-start-event", "no start event: it begins at every node without incoming flow" },
    { "flow.no-time", "a timer without a time" },
    { "flow.no-trigger", "nothing triggers this" },
    { "flow.no-way-out", "a circle: no end can be reached from here" },
    { "flow.not-awaited", "a message flow ends at something that does not wait for messages" },
    { "flow.not-run", "this is not executed" },
    { "flow.same-id", "two elements have the same id" },
    { "flow.start-entered", "a flow enters a start event" },
    { "flow.start-ignored", "the trigger of a start event inside a sub-process is ignored" },
    { "flow.unknown-element", "an element that BPMN 2.0 does not have here" },
    { "flow.unreachable", "nothing leads here" },
};

const char *flow_finding_text(const char *key)
{
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        if (!strcmp(texts[i].key, key))
            return texts[i].text;
    return key;
}
