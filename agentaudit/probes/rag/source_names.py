"""Names under which a chunk says where it comes from, as languages write them."""

from __future__ import annotations

import re

from agentaudit.expressions import regex

_NAME = (
    r"(?:(?:external_)?source(?!_?(?:len|count|size|lang)|s\b)\w{0,20}|(?:(?:full|parent|original|root)_?)?(?:doc|document|parent|post|article|message|product|ticket"
    r"|issue|thread|note|email|mail|paper|book|video|asset|blob|attachment|upload|resource|media)_?ids?"
    r"|file(?:_?(?:names?|paths?|id))?|(?:upload|source|original)_?file(?:_?(?:name|path|id))?|path|(?:note|doc|document|page|article|rel|relative)_?path|(?:doc|document)_?name|(?:(?!image|avatar|base|api|icon|logo|thumb)[a-z]{1,12}_)?ur[il]|(?:original|source|page|doc|document|article|web|canonical)ur[il]"
    r"|(?:full|parent|original)_?(?:document|file|article)|link|page(?!_?(?:len|count|size|content|text|index|idx))\w{0,12}|(?:(?!job)[a-z]{1,12}_)?title|origin|citation\w{0,12}|ref_doc_id|semantic_identifier)"
)
"""Names under which a chunk says where it comes from."""
SOURCE = regex(
    rf"(?i)[\"']{_NAME}[\"']\s{{0,4}}[:\],]|(?<![\w.]){_NAME}\s{{0,4}}[:=](?!=)"
    rf"|[{{,]\s{{0,8}}{_NAME}\s{{0,8}}[,}}]"
)
"""Such a name as a key, or as an argument by name."""
PIECE_ROW = regex(
    rf"(?i)insert\s{{1,8}}(?:or\s\w{{1,10}}\s)?into\s{{1,8}}[\w.\"`]{{0,30}}(?:chunk|passage|segment|section|snippet|document|docs|page)\w{{0,20}}[\"`]?"
    rf"\s{{0,8}}\([^;()]{{0,300}}?\b{_NAME}\b"
)
"""The same of a row that holds a piece, wherever its vector is kept."""
COLUMN = regex(rf"(?i)insert\s{{1,8}}into\s[^;()]{{0,80}}\([^;()]{{0,300}}\b{_NAME}\b")
"""Such a name as a column of a row that SQL stores."""
KEY = regex(
    rf"(?i)[\"']{_NAME}[\"']\s{{0,4}}:|\[[\"']{_NAME}[\"']\]\s{{0,4}}=(?!=)|MemoryRecordMetadata\("
    rf"|(?<!response)(?<!result)(?<!\bres)(?<!resp)(?<!model)(?<!headers)(?<!params)(?<!body)"
    rf"\.(?:put|putIfAbsent)\(\s{{0,8}}\"{_NAME}\"\s{{0,4}},"
)
MADE_WITH = regex(
    rf"(?i)\b(?:dict|\w{{0,30}}(?:chunk|meta_?data|payload|record|document|node|point|passage|segment|entry))\w{{0,12}}"
    rf"\([^()]{{0,300}}?\b{_NAME}\s{{0,4}}=(?!=)\s{{0,4}}"
)
"""Such a name where Python makes a chunk, or what belongs to it, with arguments by name."""
BARE_KEY = regex(rf"(?i)[{{,]\s{{0,40}}{_NAME}\s{{0,4}}(?:,|:(?!\s{{0,4}}(?:string|number)\b))")
"""The same as JavaScript writes it."""
FIELD = regex(
    rf"(?i)[{{,]\s{{0,40}}(?:(?:\w{{1,20}}\.)?\w{{0,12}}(?:field|key|meta|payload)_?)?{_NAME}\s{{0,4}}:(?!=)"
)
"""The same as Go writes a field, or a key that a constant names."""
INITIALIZED = regex(
    rf"(?i)\{{\s{{0,8}}\"{_NAME}\"\s{{0,4}},|^\s{{4,40}}{_NAME}\s=\s(?=[^=;\n]{{1,120}},?\r?$)"
    rf"|\b(?:payload|metadata)\.(?:Try)?Add\(\s{{0,8}}\"{_NAME}\"\s{{0,4}},"
    rf"|[(,]\s{{0,80}}(?:description|additionalMetadata|externalSourceName|metadata):\s(?:\w{{1,30}}\.)?{_NAME}\b",
    re.MULTILINE,
)
"""The same as C# writes it where it makes a dictionary or an object, or tells a record of memory
what it comes from."""
KEYWORD = regex(rf"(?i){_NAME}")
ONE_WORD = regex(
    r"\s{0,8}(?:[a-zA-Z]{0,2}([\"'`])[\w -]{0,80}\1|None\b|null\b|undefined\b|nil\b"
    r"|process\.env\b[\w.\[\]\"'!]{0,80}|os\.(?:environ\b|getenv\()[\w.()\[\]\"']{0,80})"
    r"(?:\s{0,8}[,}\])]|[ \t]{0,8}[;\n])"
)
"""What stands behind such a name where it is the same for every chunk, and is no file: a word, or
what the environment says, which tells where the store is."""
