(import_declaration) @import
[(method_invocation) (object_creation_expression) (annotation)] @call
(marker_annotation) @mark
(string_literal) @string
[(variable_declarator) (assignment_expression)] @bind
[(field_declaration) (formal_parameter) (local_variable_declaration)] @param
[(class_declaration) (interface_declaration) (enum_declaration) (record_declaration) (method_declaration) (constructor_declaration)] @scope
[(if_statement) (ternary_expression)] @if
