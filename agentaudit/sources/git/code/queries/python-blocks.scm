[(function_definition) (lambda)] @function
(try_statement) @try
(with_statement (with_clause (with_item value: (call function: [(identifier) @name (attribute attribute: (identifier) @name)] (#eq? @name "suppress"))))) @suppress
