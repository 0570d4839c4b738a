// `area: imperative summary`, at most 72 characters. Merge commits are ignored.
export default {
  ignores: [(message) => message.startsWith('Merge ')],
  rules: {
    'header-max-length': [2, 'always', 72],
    'subject-empty': [2, 'never'],
    'subject-full-stop': [2, 'never', '.'],
    'type-empty': [2, 'never'],
  },
  parserPreset: { parserOpts: { headerPattern: /^([\w ,./()-]+): (.+)$/, headerCorrespondence: ['type', 'subject'] } },
};
