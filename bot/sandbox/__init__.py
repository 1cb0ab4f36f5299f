"""A Telegram on your own machine: the Bot API as bots see it, and people driven by requests.

It knows nothing of Kabar and can serve any bot. Everything is kept in memory and gone at the end,
unless a file is named to keep it in.

    python -m bot.sandbox --port 8080                      # a program of its own
    async with Sandbox() as sandbox: ... sandbox.url       # inside a test, on a free port
    Sandbox(keep=path)                                     # loads and saves everything there
    Sandbox(extra=routes)                                  # serves more beside it

Only loopback is served; a foreign Host or Origin is refused. `/` is a page of phones, made of the
files under `/static/`.

The bot's side
--------------
`{url}/bot<token>/METHOD` (GET or POST; JSON, form or multipart; names in any case) and
`{url}/file/bot<token>/PATH`. Any token `digits:anything` is a bot of its own, its id the digits.
Limits, lifetimes and error texts are Telegram's. Sent messages count against about 30 a second in
all and 1 a second in a chat, with bursts (`floods.Limits`); what cannot be known of the real limits
is a choice made there. Only private chats exist. A file is sent new or by the id that it came with,
and stays of its kind; of an address nothing is fetched.

The clock
---------
Lifetimes of updates (150 s for a tap, 24 h for the rest), the age of a callback query, the 48 hours
of deleting and editing, flood windows and webhook repeats follow a clock that `/control/clock`
moves forward and a reset may set. Long polls and their throttle follow real time. The `date` of
messages stays the system's unless `moves_dates` is set. Update ids start at the unix time of a
bot's first call.

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
    /control/people/ID/photo|voice|video|video_note|audio|document|sticker
                                    {base64?, size?, file_name?, mime_type?, caption?, duration?,
                                    emoji?} -> also {file_id}; `size` may claim more than is there
    /control/people/ID/location     {latitude, longitude}
    /control/people/ID/delete       {message_id}: for both sides; bots are not told
    /control/people/ID/block, unblock, deactivate
    /control/people/ID/offline, online
                                    without network the phone stands still (in /control/phones),
                                    texts and Start wait: -> {message_id: null, update_id: null,
                                    waiting: n}, everything else is refused; back online it shows
                                    what was missed and sends what waited, in order
    GET /control/phones             ?bot= &person= -> {epoch, seq, clock, faults, bot: {id,
                                    first_name, username, commands} or null, phones: [{id, names,
                                    phone, language_code, deactivated, offline, started, blocked,
                                    messages (newest 200), keyboard, lock_screen (newest 50),
                                    commands (as this chat sees them), waiting: [{text}]}]};
                                    without `bot` the first that is known
    GET /control/files/FILE_ID      pictures and recordings with their type, all else as an
                                    attachment

A message on a phone: {message_id, from: "bot"|"person", date, at, edit_date?, edited_at?, text?,
caption?, entities?, photo?, ..., buttons? (inline rows), keyboard? (reply markup), silent,
protected, reply_to?}. `at` and `edited_at` are unix seconds of the sandbox's clock.
`lock_screen` lists pushes as they first appeared: {message_id, date, at, text, silent, deleted}.
A chat remembers its newest 2000 pushes and events.

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
                                    deliveries, expires_at, update}], next: the id to come}; state
                                    is pending, delivered, confirmed or expired
    POST /control/updates           {update}: any object, also forged; without `update_id` it gets
                                    the next; with a used one it is delivered once more
    POST /control/updates/ID/redeliver
    GET  /control/events            ?after=SEQ &timeout=S &kind= &person= &bot= -> {events, next};
                                    waits up to 60 s for the first that matches; each {seq, kind,
                                    at, system_at, bot, person, ...}, `bot` and `person` null where
                                    they mean nobody. Kinds of a chat: sent, edited, deleted,
                                    pressed, answered, action, blocked, unblocked, deactivated;
                                    others: person {profile}, offline, online, waiting {text},
                                    bot {profile}, commands {commands}, faults {faults}: changed or
                                    one struck, clock {clock}, note {note}
    GET  /control/stream            the same as server-sent events, see below
    POST /control/notes             {note: any JSON}: an event of that kind
    GET  /control/calls             ?after=SEQ &timeout=S &method= &chat_id= &bot= -> {calls, next};
                                    {seq, at, bot, method, chat_id, params, answer, fault?}; files
                                    by name and size only, tokens never
    POST /control/reset             {begins_at?: unix seconds}: back to the first moment
    GET  /control/snapshot          everything worth keeping, as one object with `version` 1
    POST /control/snapshot          such an object, with begins_at?: it takes the place of what is
                                    here. Waiting polls end with an empty page, webhooks are closed,
                                    faults gone; no id of an update, query or event comes twice

A fault of kind reset that means getUpdates also cuts the polls that wait already.

The stream
----------
GET /control/stream, continued by Last-Event-ID or ?after=EPOCH.SEQ. Ids are EPOCH.SEQ; an epoch
ends with the program, a reset and a restored snapshot.
    hello {epoch, seq}              first of all
    reset {epoch, seq}              what was asked for is of another epoch or too long ago: load
                                    /control/phones anew; the stream goes on from here
    entry {...}                     one event, as in /control/events
    calls {last}                    the calls have grown to that seq; at most four times a second
A comment comes after 15 s without anything.
"""

from .floods import Limits
from .server import Sandbox, create_app, run

__all__ = ["Limits", "Sandbox", "create_app", "run"]
