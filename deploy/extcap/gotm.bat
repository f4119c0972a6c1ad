@echo off
rem Sensors of gotm as interfaces of Wireshark, which runs this from its extcap folder: lists the sensors, tells what can be asked,
rem and has curl.exe ask. Does what the script gotm beside it does, which is for Linux and macOS. Sensors stand in
rem %APPDATA%\gotm\sensors, a line each: NAME URL [CERT [KEY [CA]]], without blanks in them, - for no KEY. See docs/query.md.
setlocal EnableExtensions DisableDelayedExpansion
set "sensors=%APPDATA%\gotm\sensors"
set "do=check"
set "interface=gotm"
for %%o in (fifo filter query from to packets bytes url cert key cacert) do set "%%o="

:next
if "%~1"=="" goto %do%
if "%~1"=="--extcap-interfaces" set "do=list"
if "%~1"=="--extcap-config" set "do=arguments"
if "%~1"=="--extcap-dlts" set "do=dlts"
if "%~1"=="--capture" set "do=capture"
if "%~1"=="--extcap-interface" set "interface=%~2"& shift
if "%~1"=="--extcap-capture-filter" set "filter=%~2"& shift
if "%~1"=="--limit-packets" set "packets=%~2"& shift
if "%~1"=="--limit-bytes" set "bytes=%~2"& shift
for %%o in (fifo query from to url cert key cacert) do (if "%~1"=="--%%o" (set "%%o=%~2"& shift))
shift
goto next

:list
echo extcap {version=1.0}{display=gotm: packets found again}
if not exist "%sensors%" echo interface {value=gotm}{display=gotm: packets of a sensor}
if exist "%sensors%" for /f "usebackq eol=# tokens=1" %%a in ("%sensors%") do echo interface {value=gotm-%%a}{display=gotm: packets of sensor %%a}
exit /b 0

:arguments
echo arg {number=0}{call=--query}{display=Query}{type=string}{tooltip=What to look for, such as: host 10.1.2.3 and port 443 and after 3h ago. The filter field of the capture dialog is a query, too; both together must hold.}{placeholder=host 10.1.2.3 and port 443}{group=Packets}
echo arg {number=1}{call=--from}{display=From}{type=timestamp}{default=0}{tooltip=Packets that came at this time or later. 1970: from the beginning.}{group=Packets}
echo arg {number=2}{call=--to}{display=To}{type=timestamp}{default=0}{tooltip=Packets that came before this time. 1970: to the end.}{group=Packets}
echo arg {number=3}{call=--limit-packets}{display=At most packets}{type=unsigned}{default=0}{tooltip=Ends after so many packets. 0: no limit.}{group=Limits}
echo arg {number=4}{call=--limit-bytes}{display=At most bytes}{type=unsigned}{default=0}{tooltip=Ends after so many bytes. 0: no limit.}{group=Limits}
if not "%interface%"=="gotm" exit /b 0
echo arg {number=5}{call=--url}{display=Sensor}{type=string}{required=true}{validation=^^https://[^^/ ]+/?$}{tooltip=Address of the sensor, https://HOST:PORT.}{placeholder=https://sensor:1234}{group=Sensor}
echo arg {number=6}{call=--cert}{display=Certificate}{type=string}{tooltip=Certificate to ask with: CurrentUser\MY\THUMBPRINT of the store of Windows, or a file that this curl.exe can read.}{group=Sensor}
echo arg {number=7}{call=--key}{display=Key}{type=string}{tooltip=Key of the certificate, if it is a file (PEM).}{group=Sensor}
echo arg {number=8}{call=--cacert}{display=CA}{type=fileselect}{mustexist=true}{tooltip=CA of the sensor (PEM).}{group=Sensor}
exit /b 0

:dlts
echo dlt {number=1}{name=EN10MB}{display=Ethernet, or what the sensor has recorded}
exit /b 0

:check
exit /b 0

:capture
if not "%interface%"=="gotm" if exist "%sensors%" for /f "usebackq eol=# tokens=1-5" %%a in ("%sensors%") do if "gotm-%%a"=="%interface%" set "url=%%b"& set "cert=%%c"& set "key=%%d"& set "cacert=%%e"
if not defined url echo gotm: %interface%: no address of a sensor: fill in Sensor in the interface's options, or "%sensors%">&2& exit /b 1
if not defined packets set "packets=0"
if not defined bytes set "bytes=0"
if "%key%"=="-" set "key="
set "certs="
if defined cert set certs=%certs% --cert "%cert%"
if defined key set certs=%certs% --key "%key%"
if defined cacert set certs=%certs% --cacert "%cacert%"
if "%from%"=="0" set "from="
if "%to%"=="0" set "to="
rem from here on values are put in behind the parser, so that nothing in them has a meaning for it
setlocal EnableDelayedExpansion
if "!url:~-1!"=="/" set "url=!url:~0,-1!"
set "whole="
if defined filter set "whole=(!filter!)"
if defined query if defined whole set "whole=!whole! and (!query!)"
if defined query if not defined whole set "whole=(!query!)"
set "first="
if defined from for /f "delims=." %%t in ("!from!") do set "first=after @%%t"
if defined first if defined whole set "whole=!whole! and !first!"
if defined first if not defined whole set "whole=!first!"
set "last="
if defined to for /f "delims=." %%t in ("!to!") do set "last=before @%%t"
if defined last if defined whole set "whole=!whole! and !last!"
if defined last if not defined whole set "whole=!last!"
if not defined whole echo gotm: no query: write one into the filter field, such as: host 10.1.2.3 and after 3h ago>&2& exit /b 1
set "work=%TEMP%\gotm-extcap-%RANDOM%%RANDOM%"
>"!work!.query" echo !whole!
set ask=curl.exe --silent --show-error --globoff --http1.1 --connect-timeout 10 --keepalive-time 10 --ssl-no-revoke !certs! --header "Expect:" --header "Content-Type: text/plain" --header "Gotm-Format: pcapng" --data-binary "@!work!.query" --url "!url!/query"
!ask! --fail --no-buffer --dump-header "!work!.head" --header "Steno-Limit-Packets: !packets!" --header "Steno-Limit-Bytes: !bytes!" >"!fifo!"
set "code=%errorlevel%"
rem Refused: what the sensor says of it does not go to Wireshark as packets, so it is asked for once more. 23: Wireshark has had enough.
if "!code!"=="22" !ask! --header "Steno-Limit-Packets: 1" --max-time 10 1>&2
if "!code!"=="23" set "code=0"
if not "!code!"=="0" goto ended
rem a line in the trailers that tells that packets are missing; Wireshark shows it when this ends with 1
findstr /b /i "Gotm-Cut-Short Gotm-Error" "!work!.head" 1>&2
if not errorlevel 1 set "code=1"

:ended
del "!work!.query" "!work!.head" 2>nul
if not "!code!"=="0" exit /b 1
exit /b 0
