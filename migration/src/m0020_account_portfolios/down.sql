DROP TABLE account_portfolios;
