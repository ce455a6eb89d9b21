{{ union_sources('orders', order_columns()) }}
