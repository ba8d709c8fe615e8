[(import_statement) (import_from_statement)] @import
(call) @call
(decorator [(identifier) (attribute)] @mark)
[(string) (concatenated_string)] @string
(expression_statement . (string) @doc .)
[(assignment) (named_expression)] @bind
(with_item value: (as_pattern) @bind)
[(typed_parameter) (typed_default_parameter) (default_parameter)] @param
[(function_definition) (class_definition)] @scope
[(if_statement) (conditional_expression) (case_clause)] @if
(block [(return_statement) (raise_statement) (continue_statement) (break_statement)] @leave . (_))
