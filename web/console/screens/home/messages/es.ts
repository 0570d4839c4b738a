import type { Translated } from '../../../frame/words.js';
import type { en } from './en.js';

export const es: Translated<typeof en> = {
  heading: '¿Qué desea hacer?',
  about: {
    home: '',
    person: 'Invitar, desbloquear, terminar un registro, exportar o borrar.',
    applications: 'Qué programas llaman a este servidor, sus claves y lo que han usado.',
    requests: 'Desarrolladores que piden una aplicación: aprobar, preguntar, rechazar. Y las condiciones que aceptan.',
    mine: 'Pedir una aplicación, recoger su clave, ver lo que ha usado y por qué se rechazó.',
    administrators: 'Quién puede usar esta consola y la API, y con qué función.',
  },
};
