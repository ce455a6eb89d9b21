{{ union_sources('order_lines', order_line_columns()) }}
