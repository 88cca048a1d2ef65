"""The system call filter that a unit asks for, put on this process by libseccomp: the subset that sessiond.service uses."""
import ctypes
import errno

ALLOW = 0x7FFF0000
EQUAL, MASKED_EQUAL = 4, 7
PROT_WRITE, PROT_EXEC, SHM_EXEC = 2, 4, 0o100000
NEW_NAMESPACES = 0x7E020080  # CLONE_NEW*
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10}


class Compare(ctypes.Structure):
    """struct scmp_arg_cmp"""

    _fields_ = [("arg", ctypes.c_uint), ("op", ctypes.c_int), ("a", ctypes.c_uint64), ("b", ctypes.c_uint64)]


def refused_with(number):
    return 0x00050000 | number  # SCMP_ACT_ERRNO


class Filter:
    """Refuses with EPERM what it was not told to allow."""

    def __init__(self):
        self.lib = ctypes.CDLL("libseccomp.so.2", use_errno=True)
        self.lib.seccomp_init.restype = ctypes.c_void_p
        self.lib.seccomp_init.argtypes = [ctypes.c_uint32]
        self.lib.seccomp_rule_add_array.argtypes = [
            ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint, ctypes.POINTER(Compare),
        ]
        self.lib.seccomp_load.argtypes = [ctypes.c_void_p]
        self.context = self.lib.seccomp_init(refused_with(errno.EPERM))

    def add(self, name, *conditions, action=ALLOW):
        """Names that this machine does not have are left out, as by systemd."""
        number = self.lib.seccomp_syscall_resolve_name(name.encode())
        if number < 0:
            return
        array = (Compare * len(conditions))(*[Compare(*condition) for condition in conditions])
        done = self.lib.seccomp_rule_add_array(self.context, action, number, len(conditions), array)
        assert done == 0, f"{name}: {errno.errorcode.get(-done, done)}"

    def load(self):
        done = self.lib.seccomp_load(self.context)
        assert done == 0, errno.errorcode.get(-done, done)


def filter_of(allowed, families):
    """`allowed`: names; with what RestrictAddressFamilies=, RestrictNamespaces= and MemoryDenyWriteExecute= take from them."""
    made = Filter()
    for name in sorted(allowed - {"socket", "clone", "clone3", "mmap", "mprotect", "pkey_mprotect", "shmat", "unshare", "setns"}):
        made.add(name)
    for family in families:
        made.add("socket", (0, EQUAL, FAMILIES[family], 0))
    made.add("clone", (0, MASKED_EQUAL, NEW_NAMESPACES, 0))
    made.add("clone3", action=refused_with(errno.ENOSYS))  # its flags are in memory, where a filter cannot look
    for protection in (0, PROT_WRITE, PROT_EXEC):
        made.add("mmap", (2, MASKED_EQUAL, PROT_WRITE | PROT_EXEC, protection))
    made.add("mprotect", (2, MASKED_EQUAL, PROT_EXEC, 0))
    made.add("shmat", (2, MASKED_EQUAL, SHM_EXEC, 0))
    return made
