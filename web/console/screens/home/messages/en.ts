export const en = {
  heading: 'What would you like to do?',
  about: {
    home: '',
    person: 'Invite, unlock, end an enrolment, export or erase.',
    applications: 'Which programs call this server, their keys and what they used.',
    requests: 'Developers who ask for an application: approve, ask back, refuse. And the terms they agree to.',
    mine: 'Ask for an application, fetch its key, see what it used and why it was refused.',
    administrators: 'Who may use this console and the API, and in which role.',
  },
};
