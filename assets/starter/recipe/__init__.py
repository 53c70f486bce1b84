"""How the bundled starter model is made: corpus, tokenizer, training, GGUF, evaluation."""
