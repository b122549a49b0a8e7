/** What a user can say of a model's outputs: `--output`, and `output` of a model in kws.json. */
export type OutputChoice = 'logits' | 'probabilities';
export const OUTPUT_CHOICES: readonly OutputChoice[] = ['logits', 'probabilities'];

/** What is put behind a model that ends in logits. */
export type Added = 'softmax' | 'sigmoid';
