"""What production loads: adapters merged into their bases, CTranslate2, model cards, Modelfiles."""
