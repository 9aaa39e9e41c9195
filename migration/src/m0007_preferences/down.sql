DROP TABLE user_theme_preferences;
DROP TABLE user_preferences;
