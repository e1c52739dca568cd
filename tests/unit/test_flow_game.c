/* The token game, element by element. */
#include "flow_game.h"

#define XOR(id) NODE("exclusiveGateway", id, "")
#define OR(id) NODE("inclusiveGateway", id, "")
#define AND(id) NODE("parallelGateway", id, "")
#define TIMER(d) "<timerEventDefinition><timeDuration>" d "</timeDuration></timerEventDefinition>"
#define EDGE(id, host, cancel, x) "<boundaryEvent id='" id "' attachedToRef='" host \
    "' cancelActivity='" cancel "'>" x "</boundaryEvent>"
#define SUB(id, x) "<subProcess id='" id "'>" x "</subProcess>"
#define MSG(ref) "<messageEventDefinition messageRef='" ref "'/>"
#define SIG(ref) "<signalEventDefinition signalRef='" ref "'/>"
#define ERRD(ref) "<errorEventDefinition errorRef='" ref "'/>"
#define ESC(ref) "<escalationEventDefinition escalationRef='" ref "'/>"
#define COND(c) "<conditionalEventDefinition><condition>" c "</condition></conditionalEventDefinition>"

static const struct game tasks[] = {
    { "one step", PROC(START USER("a") END WAY("1", "s", "a") WAY("2", "a", "e")),
      "=a ev:started:p ev:due:a !+x +a . = ev:over !+a" },
    { "every kind of task waits for somebody",
      PROC(START NODE("task", "a", "") NODE("manualTask", "b", "") NODE("serviceTask", "c", "")
           NODE("scriptTask", "d", "") NODE("businessRuleTask", "f", "") END
           WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "c") WAY("4", "c", "d")
           WAY("5", "d", "f") WAY("6", "f", "e")),
      "=a +a =b +b =c +c =d +d =f +f ." },
    { "skip with reason", PROC(START USER("a") USER("b") END WAY("1", "s", "a") WAY("2", "a", "b")
                               WAY("3", "b", "e")),
      "-a =b ev:ended:a +b ." },
    { "two flows out are two tokens", PROC(START USER("a") USER("b") USER("c") WAY("1", "s", "a")
                                           WAY("2", "a", "b") WAY("3", "a", "c")),
      "+a =b,c +c =b +b ." },
    { "conditional flows out of a task",
      PROC(START USER("a") USER("b") USER("c") WAY("1", "s", "a") WAY_IF("2", "a", "b", "x")
           WAY_IF("3", "a", "c", "y")),
      "f:y=true +a =c +c ." },
    { "no conditional flow holds: an officer chooses",
      PROC(START USER("a") USER("b") USER("c") WAY("1", "s", "a") WAY_IF("2", "a", "b", "x")
           WAY_IF("3", "a", "c", "y")),
      "+a =a ev:choice:a !+a !go:a:1 go:a:3 =c +c ." },
    { "no start event", PROC(USER("a") USER("b") WAY("1", "a", "b")), "=a +a =b +b ." },
    { "send by message name, received by the same process",
      DEFS("<message id='m1' name='word'/><process id='p'>" START AND("g")
           "<sendTask id='a' messageRef='m1'/><receiveTask id='b' messageRef='m1'/>"
           WAY("1", "s", "g") WAY("2", "g", "a") WAY("3", "g", "b") "</process>"), "." },
    { "a message that comes too early is kept",
      DEFS("<message id='m1' name='word'/><process id='p'>" START USER("a")
           "<receiveTask id='b' messageRef='m1'/>" USER("c") WAY("1", "s", "a") WAY("2", "a", "b")
           WAY("3", "b", "c") "</process>"), "=a !m:other m:word +a =c +c ." },
    { "receive task by hand",
      DEFS("<message id='m1' name='word'/><process id='p'>" START
           "<receiveTask id='b' messageRef='m1'/>" WAY("1", "s", "b") "</process>"),
      "=b ev:waits:word +b ." },
};

static const struct game gateways[] = {
    { "exclusive, first true", PROC(START XOR("g") USER("a") USER("b") WAY("1", "s", "g")
                                    WAY_IF("2", "g", "a", "x") WAY_IF("3", "g", "b", "y")),
      "=g go:g:3 =b +b ." },
    { "exclusive, default",
      PROC(START "<exclusiveGateway id='g' default='3'/>" USER("a") USER("b") WAY("1", "s", "g")
           WAY_IF("2", "g", "a", "x") WAY("3", "g", "b")), "=b +b ." },
    { "exclusive, the one flow without condition is the default",
      PROC(START XOR("g") USER("a") USER("b") WAY("1", "s", "g") WAY("3", "g", "b")
           WAY_IF("2", "g", "a", "x")), "=b +b ." },
    { "exclusive after facts",
      PROC(START USER("q") "<exclusiveGateway id='g' default='3'/>" USER("a") USER("b")
           WAY("0", "s", "q") WAY("1", "q", "g") WAY_IF("2", "g", "a", "x") WAY("3", "g", "b")),
      "f:x=true +q =a +a ." },
    { "a foreign condition is never passed over",
      PROC(START "<exclusiveGateway id='g' default='3'/>" USER("a") USER("b") WAY("1", "s", "g")
           "<sequenceFlow id='2' sourceRef='g' targetRef='a'><conditionExpression language='XPath'>1"
           "</conditionExpression></sequenceFlow>" WAY("3", "g", "b")), "=g go:g:2 =a +a ." },
    { "exclusive merge lets each token through",
      PROC(START AND("f") USER("a") USER("b") XOR("g") USER("c") WAY("1", "s", "f")
           WAY("2", "f", "a") WAY("3", "f", "b") WAY("4", "a", "g") WAY("5", "b", "g")
           WAY("6", "g", "c")), "=a,b +a =b,c +b =c,c +c =c +c ." },
    { "parallel fork and join",
      PROC(START AND("f") USER("a") USER("b") AND("j") USER("c") WAY("1", "s", "f")
           WAY("2", "f", "a") WAY("3", "f", "b") WAY("4", "a", "j") WAY("5", "b", "j")
           WAY("6", "j", "c")), "=a,b +b =a +a =c +c ." },
    { "a join nobody can reach is told, and can be let go",
      PROC(START XOR("f") USER("a") USER("b") AND("j") USER("c") WAY("1", "s", "f")
           WAY_IF("2", "f", "a", "x") WAY("3", "f", "b") WAY("4", "a", "j") WAY("5", "b", "j")
           WAY("6", "j", "c")), "=b +b =j ev:stuck:j !+j -j =c +c ." },
    { "inclusive split and join, one way",
      PROC(START USER("q") "<inclusiveGateway id='f' default='9'/>" USER("a") USER("b") USER("d")
           OR("j") USER("c") WAY("0", "s", "q") WAY("1", "q", "f") WAY_IF("2", "f", "a", "x")
           WAY_IF("3", "f", "b", "y") WAY("9", "f", "d") WAY("4", "a", "j") WAY("5", "b", "j")
           WAY("8", "d", "j") WAY("6", "j", "c")), "f:x=true +q =a +a =c +c ." },
    { "inclusive split and join, two ways",
      PROC(START USER("q") "<inclusiveGateway id='f' default='9'/>" USER("a") USER("b") USER("d")
           OR("j") USER("c") WAY("0", "s", "q") WAY("1", "q", "f") WAY_IF("2", "f", "a", "x")
           WAY_IF("3", "f", "b", "y") WAY("9", "f", "d") WAY("4", "a", "j") WAY("5", "b", "j")
           WAY("8", "d", "j") WAY("6", "j", "c")),
      "f:x=true f:y=true +q =a,b +a =b +b =c +c ." },
    { "inclusive, default", 
      PROC(START "<inclusiveGateway id='f' default='9'/>" USER("a") USER("d") OR("j") USER("c")
           WAY("1", "s", "f") WAY_IF("2", "f", "a", "x") WAY("9", "f", "d") WAY("4", "a", "j")
           WAY("8", "d", "j") WAY("6", "j", "c")), "=d +d =c +c ." },
    { "inclusive join waits for a token two steps away",
      PROC(START AND("f") USER("a") USER("b") USER("b2") OR("j") USER("c") WAY("1", "s", "f")
           WAY("2", "f", "a") WAY("3", "f", "b") WAY("4", "a", "j") WAY("5", "b", "b2")
           WAY("7", "b2", "j") WAY("6", "j", "c")), "=a,b +a =b +b =b2 +b2 =c +c ." },
    { "inclusive join does not wait for who cannot come",
      PROC(START AND("f") USER("a") USER("b") USER("z") OR("j") USER("c") WAY("1", "s", "f")
           WAY("2", "f", "a") WAY("3", "f", "b") WAY("x", "f", "z") WAY("4", "a", "j")
           WAY("5", "b", "j") WAY("6", "j", "c")), "=a,b,z +a =b,z +b =z,c +z +c ." },
    { "inclusive join does not wait for who could come by the full flow too",
      PROC(START AND("f") USER("a") USER("b") XOR("h") XOR("m") OR("j") USER("c") WAY("1", "s", "f")
           WAY("2", "f", "a") WAY("3", "f", "b") WAY("4", "a", "m") WAY("5", "b", "h")
           WAY_IF("6", "h", "m", "x") WAY("7", "h", "j") WAY("8", "m", "j") WAY("9", "j", "c")),
      "=a,b +a =b,c +b =c,c +c +c ." },
    { "inclusive join with a boundary event that could still come",
      PROC(START AND("f") USER("a") USER("b") EDGE("t", "b", "true", TIMER("PT1H")) OR("j") USER("c")
           USER("z") WAY("1", "s", "f") WAY("2", "f", "a") WAY("3", "f", "b") WAY("4", "a", "j")
           WAY("5", "t", "j") WAY("7", "b", "z") WAY("6", "j", "c")), "+a =b t:t =c +c ." },
    { "event-based gateway: the first wins",
      DEFS("<message id='m1' name='yes'/><process id='p'>" START
           NODE("eventBasedGateway", "g", "")
           NODE("intermediateCatchEvent", "m", MSG("m1")) NODE("intermediateCatchEvent", "t", TIMER("P1D"))
           USER("a") USER("b") WAY("1", "s", "g") WAY("2", "g", "m") WAY("3", "g", "t")
           WAY("4", "m", "a") WAY("5", "t", "b") "</process>"),
      "=g ev:timer:t ev:waits:yes m:yes =a ev:off !t:t +a ." },
    { "event-based gateway: the timer wins",
      DEFS("<message id='m1' name='yes'/><process id='p'>" START NODE("eventBasedGateway", "g", "")
           "<receiveTask id='m' messageRef='m1'/>" NODE("intermediateCatchEvent", "t", TIMER("P1D"))
           USER("a") USER("b") WAY("1", "s", "g") WAY("2", "g", "m") WAY("3", "g", "t")
           WAY("4", "m", "a") WAY("5", "t", "b") "</process>"), "t:t =b +b ." },
};

static const struct game events[] = {
    { "timer", PROC(START NODE("intermediateCatchEvent", "t", TIMER("PT1H")) USER("a")
                    WAY("1", "s", "t") WAY("2", "t", "a")), "=t !+t ev:timer:t t:t =a +a ." },
    { "timer skipped with reason", PROC(START NODE("intermediateCatchEvent", "t", TIMER("PT1H"))
                    USER("a") WAY("1", "s", "t") WAY("2", "t", "a")), "-t =a !t:t +a ." },
    { "interrupting boundary timer",
      PROC(START USER("a") EDGE("t", "a", "true", TIMER("PT1H")) USER("b") USER("c")
           WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "t", "c")), "=a t:t =c ev:ended:a +c ." },
    { "boundary timer disarmed by completion",
      PROC(START USER("a") EDGE("t", "a", "true", TIMER("PT1H")) USER("b") USER("c")
           WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "t", "c")), "+a ev:off:t =b !t:t +b ." },
    { "non-interrupting boundary timer fires once",
      PROC(START USER("a") EDGE("t", "a", "false", TIMER("PT1H")) USER("c") WAY("1", "s", "a")
           WAY("3", "t", "c")), "t:t =a,c !t:t +a =c +c ." },
    { "non-interrupting cycle fires twice",
      PROC(START USER("a") EDGE("t", "a", "false", "<timerEventDefinition><timeCycle>R2/P1D</timeCycle>"
           "</timerEventDefinition>") USER("c") WAY("1", "s", "a") WAY("3", "t", "c")),
      "t:t =a,c t:t =a,c,c !t:t +a +c +c ." },
    { "a pause stops the clock", PROC(START USER("a") EDGE("t", "a", "true", TIMER("PT1H")) USER("c")
                                      WAY("1", "s", "a") WAY("3", "t", "c")),
      "p:a ev:paused !p:a !t:t r:a ev:resumed ev:timer:t !r:a t:t =c +c ." },
    { "all clocks pause", PROC(START USER("a") EDGE("t", "a", "true", TIMER("PT1H")) USER("c")
                               WAY("1", "s", "a") WAY("3", "t", "c")), "p: !t:t r: t:t =c +c ." },
    { "boundary message", DEFS("<message id='m1' name='stop'/><process id='p'>" START USER("a")
           EDGE("m", "a", "true", MSG("m1")) USER("c") WAY("1", "s", "a") WAY("3", "m", "c")
           "</process>"), "m:stop =c +c ." },
    { "boundary message, not interrupting, again and again",
      DEFS("<message id='m1' name='more'/><process id='p'>" START USER("a")
           EDGE("m", "a", "false", MSG("m1")) USER("c") WAY("1", "s", "a") WAY("3", "m", "c")
           "</process>"), "m:more m:more =a,c,c +a +c +c ." },
    { "signal reaches all who wait",
      DEFS("<signal id='g1' name='go'/><process id='p'>" START AND("f")
           NODE("intermediateCatchEvent", "x", SIG("g1")) NODE("intermediateCatchEvent", "y", SIG("g1"))
           USER("a") USER("b") WAY("1", "s", "f") WAY("2", "f", "x") WAY("3", "f", "y")
           WAY("4", "x", "a") WAY("5", "y", "b") "</process>"), "=x,y s:go =a,b +a +b ." },
    { "signal thrown inside",
      DEFS("<signal id='g1' name='go'/><process id='p'>" START AND("f")
           NODE("intermediateCatchEvent", "x", SIG("g1")) USER("a")
           NODE("intermediateThrowEvent", "y", SIG("g1")) WAY("1", "s", "f") WAY("2", "f", "x")
           WAY("3", "f", "a") WAY("4", "a", "y") "</process>"), "=x,a +a ev:signal:go ." },
    { "error raised at a step", DEFS("<error id='e1' errorCode='E1'/><process id='p'>" START USER("a")
           EDGE("x", "a", "true", ERRD("e1")) USER("c") WAY("1", "s", "a") WAY("2", "x", "c")
           "</process>"), "!err:a:other err:a:E1 =c +c ." },
    { "error end caught by the sub-process's edge",
      DEFS("<error id='e1' errorCode='E1'/><process id='p'>" START
           SUB("u", "<startEvent id='us'/>" USER("a") USER("b") "<endEvent id='ue'>" ERRD("e1") "</endEvent>"
               WAY("u1", "us", "a") WAY("u3", "us", "b") WAY("u2", "a", "ue"))
           EDGE("x", "u", "true", ERRD("e1")) USER("c") USER("d") WAY("1", "s", "u") WAY("2", "x", "c")
           WAY("3", "u", "d") "</process>"), "=a,b +a =c ev:ended:b +c ." },
    { "an edge that names no error takes all",
      DEFS("<error id='e1' errorCode='E1'/><process id='p'>" START
           SUB("u", "<startEvent id='us'/><endEvent id='ue'>" ERRD("e1") "</endEvent>"
               WAY("u1", "us", "ue"))
           EDGE("x", "u", "true", "<errorEventDefinition/>") USER("c") WAY("1", "s", "u")
           WAY("2", "x", "c") "</process>"), "=c +c ." },
    { "an error nobody catches ends the process",
      DEFS("<error id='e1' errorCode='E1'/><process id='p'>" START USER("a") USER("b")
           "<endEvent id='e'>" ERRD("e1") "</endEvent>" WAY("1", "s", "a") WAY("2", "s", "b")
           WAY("3", "a", "e") "</process>"), "=a,b +a ev:error:E1 ev:end:p ev:ended:b ." },
    { "escalation, not interrupting",
      DEFS("<escalation id='k' escalationCode='K'/><process id='p'>" START
           SUB("u", "<startEvent id='us'/>" NODE("intermediateThrowEvent", "t", ESC("k")) USER("a")
               WAY("u1", "us", "t") WAY("u2", "t", "a"))
           EDGE("x", "u", "false", ESC("k")) USER("c") WAY("1", "s", "u") WAY("2", "x", "c")
           "</process>"), "=a,c ev:escalated:K +a +c ." },
    { "escalation raised at a step",
      DEFS("<escalation id='k' escalationCode='K'/><process id='p'>" START USER("a")
           EDGE("x", "a", "false", ESC("k")) USER("c") WAY("1", "s", "a") WAY("2", "x", "c")
           "</process>"), "esc:a:K =a,c esc:a:nobody =a,c +a +c ." },
    { "conditional catch", PROC(START NODE("intermediateCatchEvent", "x", COND("ready")) USER("a")
           WAY("1", "s", "x") WAY("2", "x", "a")), "=x f:ready=false =x f:ready=true =a +a ." },
    { "conditional edge, once until false again",
      PROC(START USER("a") EDGE("x", "a", "false", COND("hot")) USER("c") WAY("1", "s", "a")
           WAY("2", "x", "c")), "f:hot=true =a,c f:z=1 =a,c f:hot=false f:hot=true =a,c,c +a +c +c ." },
    { "link", PROC(START NODE("intermediateThrowEvent", "x", "<linkEventDefinition name='L'/>")
                   NODE("intermediateCatchEvent", "y", "<linkEventDefinition name='L'/>") USER("a")
                   WAY("1", "s", "x") WAY("2", "y", "a")), "=a +a ." },
    { "terminate ends everything",
      PROC(START USER("a") USER("b") "<endEvent id='e'><terminateEventDefinition/></endEvent>"
           WAY("1", "s", "a") WAY("2", "s", "b") WAY("3", "a", "e")), "=a,b +a ev:ended:b ." },
    { "terminate in a sub-process ends only that",
      PROC(START SUB("u", "<startEvent id='us'/>" USER("a") USER("b")
           "<endEvent id='ue'><terminateEventDefinition/></endEvent>" WAY("u1", "us", "a")
           WAY("u2", "us", "b") WAY("u3", "a", "ue")) USER("c") WAY("1", "s", "u") WAY("2", "u", "c")),
      "=a,b +a =c +c ." },
    { "stop with reason", PROC(START USER("a") USER("b") WAY("1", "s", "a") WAY("2", "s", "b")),
      "stop ev:ended:a ev:ended:b ev:end:p ." },
    { "a time told by the facts",
      PROC(START USER("q") NODE("intermediateCatchEvent", "t", TIMER("when")) USER("a")
           WAY("0", "s", "q") WAY("1", "q", "t") WAY("2", "t", "a")),
      "f:when=\"PT3H\" +q =t ev:timer:t t:t =a +a ." },
};

#define EVENT_SUB(id, start, cancel, x) "<subProcess id='" id "' triggeredByEvent='true'>" \
    "<startEvent id='" id "s' isInterrupting='" cancel "'>" start "</startEvent>" x "</subProcess>"

static const struct game nests[] = {
    { "sub-process", PROC(START SUB("u", "<startEvent id='us'/>" USER("a") "<endEvent id='ue'/>"
           WAY("u1", "us", "a") WAY("u2", "a", "ue")) USER("b") WAY("1", "s", "u") WAY("2", "u", "b")),
      "=a +a =b +b ." },
    { "sub-process with two ends", PROC(START SUB("u", "<startEvent id='us'/>" USER("a") USER("c")
           WAY("u1", "us", "a") WAY("u2", "us", "c")) USER("b") WAY("1", "s", "u") WAY("2", "u", "b")),
      "=a,c +a =c +c =b +b ." },
    { "sub-process skipped whole",
      PROC(START SUB("u", "<startEvent id='us'/>" USER("a") WAY("u1", "us", "a")) USER("b")
           WAY("1", "s", "u") WAY("2", "u", "b")), "=a -3 =b ev:ended:a +b ." },
    { "an empty sub-process is a step", PROC(START SUB("u", "") USER("b") WAY("1", "s", "u")
           WAY("2", "u", "b")), "=u +u =b +b ." },
    { "timer around a sub-process",
      PROC(START SUB("u", "<startEvent id='us'/>" USER("a") WAY("u1", "us", "a"))
           EDGE("t", "u", "true", TIMER("PT1H")) USER("b") USER("c") WAY("1", "s", "u")
           WAY("2", "u", "b") WAY("3", "t", "c")), "=a t:t =c ev:ended:a +c ." },
    { "call activity", DEFS("<process id='p'>" START "<callActivity id='k' calledElement='q'/>" USER("b")
           WAY("1", "s", "k") WAY("2", "k", "b") "</process><process id='q'><startEvent id='qs'/>"
           USER("a") WAY("q1", "qs", "a") "</process>"), "=a +a =b +b ." },
    { "call of what is not here is a step", PROC(START "<callActivity id='k' calledElement='zz'/>"
           WAY("1", "s", "k")), "=k +k ." },
    { "event sub-process, interrupting",
      DEFS("<message id='m1' name='stop'/><process id='p'>" START USER("a")
           EVENT_SUB("v", MSG("m1"), "true", USER("b") WAY("v1", "vs", "b")) WAY("1", "s", "a")
           "</process>"), "=a m:stop =b ev:ended:a +b ." },
    { "event sub-process, beside",
      DEFS("<message id='m1' name='more'/><process id='p'>" START USER("a")
           EVENT_SUB("v", MSG("m1"), "false", USER("b") WAY("v1", "vs", "b")) WAY("1", "s", "a")
           "</process>"), "m:more =a,b m:more =a,b,b +a +b +b ." },
    { "event sub-process by timer",
      PROC(START USER("a") EVENT_SUB("v", TIMER("P3D"), "false", USER("b") WAY("v1", "vs", "b"))
           WAY("1", "s", "a")), "ev:timer:vs t:vs =a,b !t:vs +a +b ." },
    { "event sub-process catches an error",
      DEFS("<error id='e1' errorCode='E1'/><process id='p'>" START USER("a")
           "<endEvent id='e'>" ERRD("e1") "</endEvent>"
           EVENT_SUB("v", ERRD("e1"), "true", USER("b") WAY("v1", "vs", "b")) WAY("1", "s", "a")
           WAY("2", "a", "e") "</process>"), "+a =b +b ." },
    { "ad-hoc: any order, closed by hand",
      PROC(START NODE("adHocSubProcess", "h", USER("a") USER("b")) USER("c") WAY("1", "s", "h")
           WAY("2", "h", "c")), "=h ev:adhoc:h in:h:b =h,b !+h in:h:a =h,b,a +a +b =h +h =c +c ." },
    { "ad-hoc ends by its condition",
      PROC(START NODE("adHocSubProcess", "h", USER("a") USER("b")
           "<completionCondition>enough</completionCondition>") USER("c") WAY("1", "s", "h")
           WAY("2", "h", "c")), "in:h:a in:h:b f:enough=true +a =c ev:ended:b +c ." },
    { "ad-hoc left with reason",
      PROC(START NODE("adHocSubProcess", "h", USER("a")) USER("c") WAY("1", "s", "h")
           WAY("2", "h", "c")), "in:h:a !in:h:c -h =c +c ." },
};

#define EACH(seq, n) "<multiInstanceLoopCharacteristics isSequential='" seq "'><loopCardinality>" n \
    "</loopCardinality></multiInstanceLoopCharacteristics>"

static const struct game loops[] = {
    { "three at once", PROC(START NODE("userTask", "a", EACH("false", "3")) USER("b") WAY("1", "s", "a")
                            WAY("2", "a", "b")), "=a,a,a +a =a,a +a +a =b +b ." },
    { "three in turn", PROC(START NODE("userTask", "a", EACH("true", "3")) USER("b") WAY("1", "s", "a")
                            WAY("2", "a", "b")), "=a +a =a +a =a +a =b +b ." },
    { "none", PROC(START NODE("userTask", "a", EACH("false", "0")) USER("b") WAY("1", "s", "a")
                   WAY("2", "a", "b")), "=b +b ." },
    { "unknown how many: one", PROC(START NODE("userTask", "a", EACH("false", "people")) USER("b")
                   WAY("1", "s", "a") WAY("2", "a", "b")), "=a +a =b +b ." },
    { "over a list in a fact",
      PROC(START USER("q") NODE("userTask", "a", EACH("true", "people")) WAY("0", "s", "q")
           WAY("1", "q", "a")), "f:people=[\"x\",\"y\"] +q =a +a =a +a ." },
    { "enough",
      PROC(START NODE("userTask", "a", "<multiInstanceLoopCharacteristics><loopCardinality>3"
           "</loopCardinality><completionCondition>numberOfCompletedInstances=2</completionCondition>"
           "</multiInstanceLoopCharacteristics>") USER("b") WAY("1", "s", "a") WAY("2", "a", "b")),
      "+a =a,a +a =b +b ." },
    { "a sub-process for each",
      PROC(START "<subProcess id='u'>" EACH("false", "2") "<startEvent id='us'/>" USER("a") USER("c")
           WAY("u1", "us", "a") WAY("u2", "a", "c") "</subProcess>" USER("b") WAY("1", "s", "u")
           WAY("2", "u", "b")), "=a,a +a =a,c +c =a +a =c +c =b +b ." },
    { "an edge around all of them",
      PROC(START NODE("userTask", "a", EACH("false", "2")) EDGE("t", "a", "true", TIMER("PT1H"))
           USER("b") USER("c") WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "t", "c")),
      "=a,a +a t:t =c +c ." },
    { "skip one of them", PROC(START NODE("userTask", "a", EACH("false", "2")) USER("b")
           WAY("1", "s", "a") WAY("2", "a", "b")), "-a =a +a =b +b ." },
    { "again while it holds",
      PROC(START NODE("userTask", "a", "<standardLoopCharacteristics><loopCondition>more</loopCondition>"
           "</standardLoopCharacteristics>") USER("b") WAY("1", "s", "a") WAY("2", "a", "b")),
      "f:more=true +a =a +a =a f:more=false +a =b +b ." },
    { "at most twice",
      PROC(START NODE("userTask", "a", "<standardLoopCharacteristics loopMaximum='2'/>") USER("b")
           WAY("1", "s", "a") WAY("2", "a", "b")), "+a =a +a =b +b ." },
    { "tested before",
      PROC(START USER("q") NODE("userTask", "a", "<standardLoopCharacteristics testBefore='true'>"
           "<loopCondition>more</loopCondition></standardLoopCharacteristics>") USER("b")
           WAY("0", "s", "q") WAY("1", "q", "a") WAY("2", "a", "b")), "f:more=false +q =b +b ." },
    { "a circle through a gateway",
      PROC(START USER("a") "<exclusiveGateway id='g' default='4'/>" END WAY("1", "s", "a")
           WAY("2", "a", "g") WAY_IF("3", "g", "a", "more") WAY("4", "g", "e")),
      "f:more=true +a =a +a =a f:more=false +a ." },
};

static const struct game freedom[] = {
    { "a step of my own", PROC(START USER("a") WAY("1", "s", "a")), "new:visit =a,visit +a =visit +visit ." },
    { "taken ahead and done early",
      PROC(START USER("a") USER("b") USER("c") WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "c")),
      "add:b =a,b !add:b +b =a +a =c ev:ended:b +c ." },
    { "taken ahead, the route catches up",
      PROC(START USER("a") USER("b") USER("c") WAY("1", "s", "a") WAY("2", "a", "b") WAY("3", "b", "c")),
      "add:b =a,b +a =b +b =c +c ." },
    { "taken ahead and given back",
      PROC(START USER("a") USER("b") WAY("1", "s", "a") WAY("2", "a", "b")), "add:b -b =a +a =b +b ." },
    { "not what is not in play",
      PROC(START USER("a") SUB("u", USER("z")) WAY("1", "s", "a") WAY("2", "a", "u")),
      "!add:z !add:u !add:nothing +a =z +z ." },
};

#define POOLS "<collaboration id='c'><participant id='p1' name='Network' processRef='p'/>" \
    "<participant id='p2' name='Court' processRef='q'/><participant id='p3' name='World'/>"

static const struct game pools[] = {
    { "a message wakes another pool",
      DEFS(POOLS "<messageFlow id='m1' sourceRef='a' targetRef='qs'/></collaboration><process id='p'>" START
           USER("a") USER("b") WAY("1", "s", "a") WAY("2", "a", "b") "</process><process id='q'>"
           "<startEvent id='qs'><messageEventDefinition/></startEvent>" USER("z") WAY("3", "qs", "z")
           "</process>"), "=a +a =b,z ev:sent:m1 ev:started:q +z =b +b ." },
    { "and is answered",
      DEFS(POOLS "<messageFlow id='m1' sourceRef='a' targetRef='qs'/>"
           "<messageFlow id='m2' sourceRef='z' targetRef='r'/></collaboration><process id='p'>" START
           USER("a") "<receiveTask id='r'/>" USER("b") WAY("1", "s", "a") WAY("2", "a", "r") WAY("4", "r", "b")
           "</process><process id='q'><startEvent id='qs'/>" USER("z") WAY("3", "qs", "z")
           "</process>"), "+a =r,z +z =b +b ." },
    { "the answer may be faster",
      DEFS(POOLS "<messageFlow id='m1' sourceRef='a' targetRef='qs'/>"
           "<messageFlow id='m2' sourceRef='z' targetRef='r'/></collaboration><process id='p'>" START
           USER("a") USER("a2") "<receiveTask id='r'/>" USER("b") WAY("1", "s", "a") WAY("2", "a", "a2")
           WAY("5", "a2", "r") WAY("4", "r", "b")
           "</process><process id='q'><startEvent id='qs'/>" USER("z") WAY("3", "qs", "z")
           "</process>"), "+a =a2,z +z =a2 +a2 =b +b ." },
    { "a message to and from the world outside",
      DEFS(POOLS "<messageFlow id='m1' sourceRef='a' targetRef='p3'/>"
           "<messageFlow id='m2' sourceRef='p3' targetRef='r'/></collaboration><process id='p'>" START
           NODE("sendTask", "a", "") NODE("intermediateCatchEvent", "r", "<messageEventDefinition/>")
           WAY("1", "s", "a") WAY("2", "a", "r") "</process>"), "=r ev:sent:m1 m:m2 ." },
    { "a skipped step sends nothing",
      DEFS(POOLS "<messageFlow id='m1' sourceRef='a' targetRef='qs'/></collaboration><process id='p'>" START
           USER("a") USER("b") WAY("1", "s", "a") WAY("2", "a", "b") "</process><process id='q'>"
           "<startEvent id='qs'><messageEventDefinition/></startEvent>" USER("z") WAY("3", "qs", "z")
           "</process>"), "-a =b +b ." },
};

#define PLAY(list) static void play_##list(struct t *t) \
    { for (size_t i = 0; i < COUNT_OF(list); i++) game_play(t, &list[i]); }
PLAY(tasks)
PLAY(gateways)
PLAY(events)
PLAY(nests)
PLAY(loops)
PLAY(freedom)
PLAY(pools)

static const struct t_case cases[] = {
    { "tasks", play_tasks }, { "gateways", play_gateways }, { "events", play_events },
    { "sub-processes and calls", play_nests }, { "loops", play_loops },
    { "officers' freedom", play_freedom }, { "pools and messages", play_pools },
};
T_MAIN(cases)
