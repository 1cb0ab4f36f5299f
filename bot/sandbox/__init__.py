"""A Telegram on your own machine: the Bot API as bots see it, and people driven by requests.

It knows nothing of Kabar and can serve any bot. Everything is kept in memory and gone at the end.

    python -m bot.sandbox --port 8080                      # a program of its own
    async with Sandbox() as sandbox: ... sandbox.url       # inside a test, on a free port

Only loopback is served; a foreign Host or Origin is refused.

The bot's side
--------------
`{url}/bot<token>/METHOD` (GET or POST; JSON, form or multipart; names in any case) and
`{url}/file/bot<token>/PATH`. Any token `digits:anything` is a bot of its own, its id the digits.
Limits, lifetimes and error texts are Telegram's. Sent messages count against about 30 a second in
all and 1 a second in a chat, with bursts (`floods.Limits`); what cannot be known of the real limits
is a choice made there. Only private chats exist.

The clock
---------
Lifetimes of updates (150 s for a tap, 24 h for the rest), the age of a callback query, the 48 hours
of deleting and editing, flood windows and webhook repeats follow a clock that `/control/clock`
moves forward. Long polls and their throttle follow real time. The `date` of messages stays the
system's unless `moves_dates` is set. Update ids start at the unix time of a bot's first call.

The control side: JSON in, JSON out
-----------------------------------
Errors are `{"error": text}` with 400 (a field is wrong), 404 (no such person, message, button) or
409 (it cannot be done now). Unknown fields are refused. `bot` (id or user name) may be left out
where one bot is known or the person talks to one only. Deeds answer `{"message_id", "update_id"}`;
`update_id` is null when the bot did not allow that kind of update.

People, POST unless it says GET:
    /control/people                 {first_name, last_name?, username?, language_code?, phone?, id?}
    GET /control/people, /control/people/ID
    GET /control/people/ID/chat     ?bot= &after=SEQ (of the history) ->
                                    {bot, started, blocked, messages, keyboard, history,
                                    lock_screen}
    /control/people/ID/start        {parameter?} or {link: "https://t.me/NAME?start=..."}
    /control/people/ID/text         {text}
    /control/people/ID/edit         {message_id, text}
    /control/people/ID/tap          {label}: newest inline button of that label, else the reply
                                    keyboard; {message_id, label or data}: that message;
                                    {message_id, data, stale: true}: a button no longer there,
                                    or never; -> also {callback_query_id}
    /control/people/ID/press        {label}: reply keyboard only; a contact button shares it
    /control/people/ID/contact      {}: the own phone; {contact: {...}}: any other
    /control/people/ID/photo|voice|document|sticker
                                    {base64?, size?, file_name?, mime_type?, caption?, duration?,
                                    emoji?} -> also {file_id}; `size` may claim more than is there
    /control/people/ID/delete       {message_id}: for both sides; bots are not told
    /control/people/ID/block, unblock, deactivate

A message on a phone: {message_id, from: "bot"|"person", date, edit_date?, text?, caption?,
entities?, photo?, ..., buttons? (inline rows), keyboard? (reply markup), silent, protected,
reply_to?}.
`lock_screen` lists every push as it first appeared: {message_id, date, text, silent, deleted}.

The world:
    GET  /control/bots; POST        {token} or {bot}, with username?, first_name?
    GET  /control/clock; POST       {advance_s?, moves_dates?} -> {now, system, offset_s,
                                    moves_dates}
    GET  /control/limits; POST      {enabled?, total_per_s?, total_burst?, chat_per_s?, chat_burst?,
                                    poll_throttle?}
    GET  /control/faults; DELETE    all, or /control/faults/ID one
    POST /control/faults            {kind, method?: name or list, chat_id?, skip?, times?, share?,
                                    accepted?, seconds?, retry_after?, code?, description?}; kinds:
                                    drop_answer, reset, delay, flood, error; method "download" is
                                    the download of a file; see `faults.Fault`
    GET  /control/updates           ?bot= &after=ID -> {updates: [{update_id, kind, state,
                                    deliveries, expires_at, update}]}; state is pending, delivered,
                                    confirmed or expired
    POST /control/updates           {update}: any object, also forged; without `update_id` it gets
                                    the next; with a used one it is delivered once more
    POST /control/updates/ID/redeliver
    GET  /control/events            ?after=SEQ &timeout=S &kind= &person= &bot= -> {events, next};
                                    waits up to 60 s for the first that matches. Kinds: sent,
                                    edited, deleted, pressed, answered, action, blocked, unblocked,
                                    deactivated; each {seq, kind, at, system_at, bot, person, ...}
    GET  /control/calls             ?after=SEQ &timeout=S &method= &chat_id= &bot= -> {calls, next};
                                    {seq, at, bot, method, chat_id, params, answer, fault?}; files
                                    by name and size only, tokens never
    POST /control/reset             back to the first moment
"""

from .floods import Limits
from .server import Sandbox, create_app, run

__all__ = ["Limits", "Sandbox", "create_app", "run"]
