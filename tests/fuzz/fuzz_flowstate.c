/* Any bytes as an instance's state: what is accepted is written back the same,
 * and every input to it ends in a state that is accepted too. */
#include "flow/flow.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* One of everything that has state. */
static const char xml[] =
    "<definitions xmlns='http://www.omg.org/spec/BPMN/20100524/MODEL'><message id='m'/><process id='p'>"
    "<startEvent id='s'/><parallelGateway id='g'/><userTask id='a'/>"
    "<boundaryEvent id='t' attachedToRef='a' cancelActivity='false'><timerEventDefinition><timeCycle>R3/PT1H"
    "</timeCycle></timerEventDefinition></boundaryEvent>"
    "<receiveTask id='r' messageRef='m'/><inclusiveGateway id='o'/><parallelGateway id='j'/>"
    "<subProcess id='u'><multiInstanceLoopCharacteristics isSequential='true'><loopCardinality>2"
    "</loopCardinality></multiInstanceLoopCharacteristics><startEvent id='us'/><userTask id='ua'/>"
    "<sequenceFlow id='u1' sourceRef='us' targetRef='ua'/></subProcess>"
    "<adHocSubProcess id='h'><userTask id='ha'/></adHocSubProcess>"
    "<userTask id='w'><standardLoopCharacteristics loopMaximum='3'/></userTask>"
    "<subProcess id='v' triggeredByEvent='true'><startEvent id='vs' isInterrupting='false'>"
    "<timerEventDefinition><timeDuration>P1D</timeDuration></timerEventDefinition></startEvent>"
    "<userTask id='va'/><sequenceFlow id='v1' sourceRef='vs' targetRef='va'/></subProcess>"
    "<exclusiveGateway id='x'/><userTask id='b'/><userTask id='c'/><callActivity id='k' calledElement='q'/>"
    "<sequenceFlow id='1' sourceRef='s' targetRef='g'/><sequenceFlow id='2' sourceRef='g' targetRef='a'/>"
    "<sequenceFlow id='3' sourceRef='g' targetRef='r'/><sequenceFlow id='4' sourceRef='g' targetRef='u'/>"
    "<sequenceFlow id='5' sourceRef='g' targetRef='h'/><sequenceFlow id='6' sourceRef='g' targetRef='w'/>"
    "<sequenceFlow id='7' sourceRef='a' targetRef='o'/><sequenceFlow id='8' sourceRef='r' targetRef='o'/>"
    "<sequenceFlow id='9' sourceRef='o' targetRef='j'/><sequenceFlow id='10' sourceRef='u' targetRef='j'/>"
    "<sequenceFlow id='11' sourceRef='j' targetRef='x'/><sequenceFlow id='12' sourceRef='x' targetRef='b'/>"
    "<sequenceFlow id='13' sourceRef='x' targetRef='c'/><sequenceFlow id='14' sourceRef='t' targetRef='k'/>"
    "</process><process id='q'><userTask id='qa'/></process></definitions>";

static void try_input(struct ctx *c, const struct flow_model *m, struct str state,
                      const struct flow_input *in)
{
    struct flow_result res;
    struct flow_open *o;
    size_t n;
    c->fault = (struct fault){ 0 };
    if (flow_apply(c, m, state, in, &res) == ERR_OK && flow_open(c, m, res.state, &o, &n) != ERR_OK)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct flow_model *m;           /* read once; the target is not a room of ours */
    struct ctx c;
    struct flow_run *r;
    ctx_init(&c, (size_t)64 << 20);
    if (!m && flow_load(&c, str_c(xml), &flow_feel, &m) != ERR_OK)
        abort();
    struct str s = { (const char *)data, size }, again;
    if (flow_run_parse(&c, m, s, &r) == ERR_OK) {
        if (flow_run_state(r, &again) != ERR_OK || !str_eq(again, s))
            abort();
        struct flow_open *o;
        size_t n = 0;
        if (flow_open(&c, m, s, &o, &n) != ERR_OK)
            abort();
        for (size_t i = 0; i < n && i < 6; i++)
            for (int kind = FLOW_COMPLETE; kind <= FLOW_STOP; kind++) {
                struct flow_input in = { .kind = (enum flow_in)kind, .key = o[i].key, .now_us = 5,
                                         .reason = STR("fuzz"), .ref = o[i].node, .name = STR("own") };
                try_input(&c, m, s, &in);
            }
        struct flow_input in = { .kind = FLOW_STOP, .reason = STR("fuzz") };
        try_input(&c, m, s, &in);
    }
    ctx_done(&c);
    return 0;
}
