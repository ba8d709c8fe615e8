[(function_declaration) (generator_function_declaration) (method_definition) (arrow_function) (function_expression) (generator_function)] @function
(try_statement) @try
(call_expression function: (member_expression property: (property_identifier) @promise))
