[(method_declaration) (constructor_declaration) (compact_constructor_declaration) (lambda_expression)] @function
[(try_statement) (try_with_resources_statement)] @try
(method_invocation object: (_) name: (identifier) @promise)
