-- Which portfolio an account feeds, where its user has said so; otherwise it feeds the one that bears its name.

CREATE TABLE account_portfolios (
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    user_id uuid NOT NULL,
    account varchar(100) NOT NULL,
    vault_id varchar(100) NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT account_portfolios_pkey PRIMARY KEY (id),
    CONSTRAINT account_portfolios_user_id_account_key UNIQUE (user_id, account),
    CONSTRAINT account_portfolios_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT account_portfolios_user_id_vault_id_fkey FOREIGN KEY (user_id, vault_id)
        REFERENCES portfolio_summary (user_id, vault_id) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE INDEX idx_account_portfolios_user_id_vault_id ON account_portfolios (user_id, vault_id);

COMMENT ON TABLE account_portfolios IS 'One row for each account whose user has said which portfolio it feeds.';
COMMENT ON COLUMN account_portfolios.id IS 'Names the mapping for the API.';
COMMENT ON COLUMN account_portfolios.user_id IS 'Whose account and portfolio they are.';
COMMENT ON COLUMN account_portfolios.account IS 'The account at the broker, as its positions name it.';
COMMENT ON COLUMN account_portfolios.vault_id IS 'The name of the portfolio that the account feeds.';
COMMENT ON COLUMN account_portfolios.created_at IS 'When it was said.';
COMMENT ON COLUMN account_portfolios.updated_at IS 'When it was last changed.';

CREATE TRIGGER account_portfolios_touch BEFORE UPDATE ON account_portfolios
    FOR EACH ROW EXECUTE FUNCTION public.touch_updated_at();

SELECT public.protect_rows('account_portfolios');
