# Copyright (c) 2026, aixops team
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Makes a Perl process of a simulated host see AIX, the host's own clock, and the network as the estate has it.
package SimAix;
use strict;
use warnings;
use Errno ();
use POSIX ();
use Socket ();

my %fact;
my %path;

sub facts {
    %fact = %path = ();
    open(my $state, '<', $ENV{SIM_STATE} || '/dev/null') or return;
    while (my $line = <$state>) {
        my ($kind, $value, $result) = split ' ', $line;
        next unless defined $value;
        if ($kind eq 'path') { $path{$value} = $result }
        else                 { $fact{$kind} = $value }
    }
    close($state);
    return;
}

# The host's own address is bound first; then the state of the path decides where the connect really goes.
sub connecting {
    my ($socket, $address) = @_;
    my ($port, $ip) = eval { Socket::unpack_sockaddr_in($address) };
    return CORE::connect($socket, $address) unless defined $port;
    my $host = Socket::inet_ntoa($ip);
    facts();
    return CORE::connect($socket, $address) unless defined $fact{base} && index($host, $fact{base}) == 0;
    my $local = getsockname($socket);
    my ($local_port) = $local ? Socket::unpack_sockaddr_in($local) : (0);
    bind($socket, Socket::pack_sockaddr_in(0, Socket::inet_aton($fact{own}))) unless $local_port;
    my $type = unpack('i', getsockopt($socket, Socket::SOL_SOCKET(), Socket::SO_TYPE()));
    return CORE::connect($socket, $address) if $type != Socket::SOCK_STREAM() || $port != $fact{port};
    my $result = $path{$host} || 'timeout';
    if ($result eq 'unreachable') {
        $! = Errno::EHOSTUNREACH();
        return 0;
    }
    return CORE::connect($socket, $address) if $result eq 'open';
    my $instead = $result eq 'refused' ? $ENV{SIM_REFUSED_PORT} : $ENV{SIM_HOLE_PORT};
    return CORE::connect($socket, Socket::pack_sockaddr_in($instead, Socket::inet_aton($ENV{SIM_HOLE})));
}

BEGIN {
    no warnings 'once';
    facts();
    my $offset = $fact{clock} || 0;
    no warnings 'redefine';
    *POSIX::uname = sub {
        facts();
        my ($version, $release) = split ' ', $ENV{SIM_AIX} || '7 2';
        return ('AIX', $fact{host} || 'localhost', $release, $version, '00F0A1004C00');
    };
    *CORE::GLOBAL::connect = sub (*$) {
        my ($socket, $address) = @_;
        if (!ref $socket && ref \$socket ne 'GLOB') {
            no strict 'refs';
            $socket = \*{ index($socket, '::') >= 0 ? $socket : caller() . '::' . $socket };
        }
        return connecting($socket, $address);
    };
    if ($offset) {
        *CORE::GLOBAL::time      = sub () { return int(CORE::time() + $offset) };
        *CORE::GLOBAL::gmtime    = sub (;$) { return CORE::gmtime(@_ ? $_[0] : CORE::time() + $offset) };
        *CORE::GLOBAL::localtime = sub (;$) { return CORE::localtime(@_ ? $_[0] : CORE::time() + $offset) };
    }
}

$^O = 'aix';

1;
