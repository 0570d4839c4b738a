export const en = {
  heading: 'What would you like to do?',
  about: {
    home: '',
    person: 'Invite, unlock, end an enrolment, export or erase.',
    applications: 'Which programs call this server, their keys and what they used.',
    administrators: 'Who may use this console and the API, and in which role.',
  },
};
