"""What commands, pages and checks reach a deployment by: the account, its clients, the records of its table, and refusals in words."""
