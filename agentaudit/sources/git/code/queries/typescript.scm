(import_statement) @import
[(call_expression) (new_expression)] @call
[(string) (template_string)] @string
[(variable_declarator) (assignment_expression) (enum_assignment)] @bind
(public_field_definition) @bind
[(assignment_pattern) (object_assignment_pattern) (required_parameter) (optional_parameter)] @param
[(function_declaration) (class_declaration) (abstract_class_declaration) (enum_declaration) (method_definition) (generator_function_declaration)] @scope
(variable_declarator value: [(arrow_function) (function_expression)]) @scope
[(if_statement) (ternary_expression) (switch_case)] @if
(binary_expression operator: "&&") @if
(statement_block [(return_statement) (throw_statement) (continue_statement) (break_statement)] @leave . (_))
