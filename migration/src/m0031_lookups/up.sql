-- What an account holds is looked up by imports and roll-ups, however much its owner has in others.
CREATE INDEX idx_portfolio_position_user_id_account ON portfolio_position (user_id, account);

-- What is new and has no price takes the last one that a feed has brought. Prices are nobody's, as those in `prices`.
CREATE POLICY latest_prices_signed_in ON latest_prices FOR SELECT TO stackmotive_app
    USING ((SELECT public.scope_user_id()) IS NOT NULL);
