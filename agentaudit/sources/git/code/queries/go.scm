(import_spec) @import
[(call_expression) (composite_literal)] @call
[(interpreted_string_literal) (raw_string_literal)] @string
[(const_spec) (var_spec) (short_var_declaration) (assignment_statement)] @bind
[(parameter_declaration) (field_declaration)] @param
[(function_declaration) (method_declaration)] @scope
(if_statement) @if
(statement_list [(return_statement) (continue_statement) (break_statement)] @leave . (_))
