export const en = {
  heading: 'What would you like to do?',
  about: {
    home: '',
    person: 'Invite, unlock, end an enrolment, export or erase.',
    connections: 'How each identity provider is set up, whether it is well, and whom it would refuse.',
    operations: 'Rotate keys, see how old the last backup is, verify the audit trail.',
    applications: 'Which programs call this server, their keys and what they used.',
    administrators: 'Who may use this console and the API, and in which role.',
  },
};
