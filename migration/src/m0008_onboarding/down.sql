DROP TABLE user_trading_preferences;
DROP TABLE user_onboarding_progress;
