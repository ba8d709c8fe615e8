(using_directive) @import
[(invocation_expression) (object_creation_expression) (implicit_object_creation_expression) (attribute)] @call
[(string_literal) (verbatim_string_literal) (raw_string_literal) (interpolated_string_expression)] @string
[(variable_declarator) (assignment_expression) (property_declaration)] @bind
[(parameter) (variable_declaration)] @param
[(class_declaration) (struct_declaration) (interface_declaration) (record_declaration) (enum_declaration) (method_declaration) (constructor_declaration) (local_function_statement)] @scope
[(if_statement) (conditional_expression)] @if
(block [(return_statement) (throw_statement) (continue_statement) (break_statement)] @leave . (_))
