DROP TABLE asset_category_assignment;
DROP TABLE vault_categories;
