import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

export const es: Translated<typeof en> = {
  heading: '¿Qué desea hacer?',
  about: {
    home: '',
    person: 'Invitar, desbloquear, terminar un registro, exportar o borrar.',
    helpDesk: 'Averiguar quién llama, dar códigos de excepción, atender solicitudes de ayuda.',
    applications: 'Qué programas llaman a este servidor, sus claves y lo que han usado.',
    administrators: 'Quién puede usar esta consola y la API, y con qué función.',
  },
};
