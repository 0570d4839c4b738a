export const en = {
  heading: 'What would you like to do?',
  about: {
    home: '',
    person: 'Invite, unlock, end an enrolment, export or erase.',
    helpDesk: 'Find out who is calling, give out bypass codes, help those who ask.',
    applications: 'Which programs call this server, their keys and what they used.',
    administrators: 'Who may use this console and the API, and in which role.',
  },
};
