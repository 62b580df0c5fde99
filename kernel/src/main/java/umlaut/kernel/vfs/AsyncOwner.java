package umlaut.kernel.vfs;

/**
 * Whom a file's SIGIO and SIGURG go to, F_SETOWN and F_SETOWN_EX of fcntl(2).
 *
 * @param type F_OWNER_TID, F_OWNER_PID, F_OWNER_PGRP
 * @param id task, process or process group number; 0 = nobody
 * @param signal F_SETSIG; 0 = SIGIO without further information
 * @param uid real uid of who set it
 * @param euid effective uid of who set it
 */
public record AsyncOwner(int type, int id, int signal, int uid, int euid) {}
