DROP TABLE user_trade_rule;
